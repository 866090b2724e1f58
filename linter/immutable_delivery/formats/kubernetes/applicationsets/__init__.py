"""Argo CD's ApplicationSet: the applications that its generators make of its template, every value with its place.

References: the generators' documentation of Argo CD, and applicationset/ in its repository.
"""

from __future__ import annotations

from immutable_delivery.formats.kubernetes.applicationsets.generators import Generators
from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters
from immutable_delivery.formats.kubernetes.applicationsets.templates import filled_tree
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import Record, field, replace
from immutable_delivery.releases.layers import merged
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import (
    is_true,
    mapping,
    mappings,
    with_entry,
    written,
)

MOST = 2000
"""More applications of one set are not looked at."""


class Made(Record):
    """What a set makes, as far as anybody here knows."""

    applications: list[Mapping] = field(default_factory=list)
    """As objects."""
    unknown: list[tuple[Mapping, str, str]] = field(default_factory=list)
    """The generators of which nobody here knows what they find: where they stand, what they are, and why."""


def made(workload: Workload) -> Made:
    """Return what a set makes; a template that nothing instantiates makes nothing."""
    spec = mapping(workload.resource.root, "spec")
    template = mapping(spec, "template")
    if spec is None or template is None:
        return Made()
    generators = Generators(workload.ctx, go=is_true(spec, "goTemplate"), most=MOST)
    sets = [one for node in mappings(spec, "generators") for one in generators.of(node)]
    found = [_application(template, one, go=generators.go) for one in sets]
    return Made(found, generators.unknown)


def _application(template: Mapping, one: Parameters, *, go: bool) -> Mapping:
    whole = merged(template, one.template) if one.template is not None else template
    root = filled_tree(whole, one, go=go)
    found = root if isinstance(root, Mapping) else whole
    found = with_entry(found, "apiVersion", written("argoproj.io/v1alpha1", template.place))
    return replace(with_entry(found, "kind", written("Application", template.place)), merges=[])
