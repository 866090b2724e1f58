"""Helm charts, rendered without Helm: what a cluster would be told, every value with its place.

    charts = Charts(ctx.files)                        # one for a unit: each chart and template is read and parsed once
    rendered = charts.render("deploy/web", Release("web", "prod", layers=(Layer(values), Layer(assignments=…))))
    for manifest in rendered.manifests:               # in the order of their paths
        for document in manifest.documents:           # the tree that the Kubernetes reading takes from a file or from kustomize
            objects_in(document.root, manifest.path)
    rendered.problems                                 # what Helm would refuse, and what is not here: `ParseProblem`s

It is what charts are released with, no format of its own, as `formats/kustomize` is. A path names the folder of a chart, or
a packed chart (`charts/redis-1.2.3.tgz`). `charts.at(path)` tells whether a chart can be read there and what Chart.yaml says,
`charts.named("redis", "^1.2")` where in the repository a chart of this name and version lies.

A `Layer` is the root of a values file, or the mapping under `spec.values`; later layers win. An `Assignment` is one
`--set name=value` or one of Argo's parameters. A value of None is one that nobody here knows (`valuesFrom`).

Scalars of the trees are lowered as those of files are: `written` has the places that decide each character (values.yaml, the
release, Chart.yaml, the template), `place` is where the template uses them. `rendered.foreign(place)` tells whether a place
stands in somebody else's chart, where nobody here would edit; `ours(facts, rendered)` keeps the facts that something of
this repository decides, and blames only that.
"""

from __future__ import annotations

from immutable_delivery.formats.helm.chart import Chart
from immutable_delivery.formats.helm.elsewhere import Absent, absent
from immutable_delivery.formats.helm.layers import Assignment, Layer, Release
from immutable_delivery.formats.helm.library import Charts
from immutable_delivery.formats.helm.ownership import ours
from immutable_delivery.formats.helm.rendering import Manifest, Rendered

__all__ = [
    "Absent",
    "Assignment",
    "Chart",
    "Charts",
    "Layer",
    "Manifest",
    "Release",
    "Rendered",
    "absent",
    "ours",
]
