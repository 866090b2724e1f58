"""Charts of this repository as Flux and Argo CD release them: judged with the values of the release, and blamed there."""

from __future__ import annotations

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Image
from immutable_delivery.formats import chart, kubernetes
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "charts/web/values.yaml": "image:\n  repository: r.example/web\n  tag: 1.2.3\n",
    "charts/web/live.yaml": "image: {tag: stable}\n",
    "charts/web/templates/web.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{ .Release.Name }}'}\nspec:\n  template:\n    spec:\n      containers:\n"
        '      - name: web\n        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
    ),
}
FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: shop}}
spec:
  chart:
    spec: {{chart: {chart}, sourceRef: {{kind: GitRepository, name: flux-system}}{files}}}
  values: {{image: {{tag: latest}}}}
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop}}
spec:
  source: {{repoURL: 'https://git.example/shop.git', path: {path}, targetRevision: v1.2.3, helm: {{{helm}}}}}
"""


def images(path: str, content: str) -> list[tuple[str | None, str, str, str]]:
    files = {**CHART, path: content}
    document = kubernetes.parse(Text(path, content))
    ctx = ParseContext(MemoryFiles(files))
    found = [one for one in kubernetes.facts({path: document}, ctx) if isinstance(one, Image)]
    told = []
    for one in found:
        at = one.place_of("tag")
        told.append(
            (one.reference, one.scope.owner, at.file, files[at.file][at.span.start : at.span.end])
        )
        assert (one.scope.chart, one.scope.defaults) == ("charts/web", False)
    return told


OWNER = "Deployment/shop (container web)"


def test_the_values_of_a_release_of_flux_decide() -> None:
    content = FLUX.format(chart="./charts/web", files="")
    assert images("apps/shop.yaml", content) == [
        ("r.example/web:latest", OWNER, "apps/shop.yaml", "latest")
    ]


def test_values_files_of_flux_are_laid_before_its_values() -> None:
    content = FLUX.format(
        chart="./charts/web", files=", valuesFiles: [./charts/web/live.yaml]"
    ).replace("tag: latest", "x: y")
    assert images("apps/shop.yaml", content) == [
        ("r.example/web:stable", OWNER, "charts/web/live.yaml", "stable")
    ]


@pytest.mark.parametrize(
    ("helm", "said"),
    [
        ("", ("r.example/web:1.2.3", OWNER, "charts/web/values.yaml", "1.2.3")),
        ("valueFiles: [live.yaml]", ("r.example/web:stable", OWNER, "charts/web/live.yaml", "stable")),
        ("valueFiles: [/charts/web/live.yaml]", ("r.example/web:stable", OWNER, "charts/web/live.yaml", "stable")),
        ("valuesObject: {image: {tag: edge}}", ("r.example/web:edge", OWNER, "app.yaml", "edge")),
        ("valuesObject: {image: {tag: edge}}, parameters: [{name: image.tag, value: nightly}]", ("r.example/web:nightly", OWNER, "app.yaml", "nightly")),
    ],
)  # fmt: skip
def test_the_values_of_an_application_decide(helm: str, said: tuple[str, ...]) -> None:
    assert images("app.yaml", ARGO.format(path="charts/web", helm=helm)) == [said]


def test_each_application_of_a_set_releases_for_itself() -> None:
    content = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec:\n"
        "  generators: [{list: {elements: [{tag: a-1.2.3}, {tag: main}]}}]\n"
        "  template:\n    metadata: {name: shop}\n"
        "    spec: {source: {repoURL: x, path: charts/web, helm: {parameters: [{name: image.tag, value: '{{tag}}'}]}}}\n"
    )
    assert [one[0] for one in images("set.yaml", content)] == [
        "r.example/web:a-1.2.3",
        "r.example/web:main",
    ]


def test_a_path_without_a_chart_and_a_chart_that_is_refused_release_nothing() -> None:
    assert images("app.yaml", ARGO.format(path="charts", helm="")) == []
    assert images("app.yaml", ARGO.format(path="../charts/web", helm="")) == []


def test_a_chart_that_releases_itself_ends() -> None:
    content = ARGO.format(path="charts/web", helm="")
    files = {**CHART, "charts/web/templates/app.yaml": content, "app.yaml": content}
    ctx = ParseContext(MemoryFiles(files))
    documents = {"app.yaml": kubernetes.parse(Text("app.yaml", content))}
    found: list[Fact] = [one for one in kubernetes.facts(documents, ctx) if isinstance(one, Image)]
    assert len(found) == 1


def inflated(
    kustomization: str, files: dict[str, str] | None = None
) -> list[tuple[str | None, str, str]]:
    every = {
        **CHART,
        **(files or {}),
        "charts/web/charts/none": "",
        "kustomization.yaml": kustomization,
    }
    document = kubernetes.parse(Text("kustomization.yaml", kustomization))
    ctx = ParseContext(MemoryFiles(every))
    found = [
        one
        for one in kubernetes.facts({"kustomization.yaml": document}, ctx)
        if isinstance(one, Image)
    ]
    return [(one.reference, one.scope.owner, one.place_of("tag").file) for one in found]


@pytest.mark.parametrize(
    ("entry", "reference", "file"),
    [
        ("{name: web}", "r.example/web:1.2.3", "charts/web/values.yaml"),
        ("{name: web, valuesInline: {image: {tag: latest}}}", "r.example/web:latest", "kustomization.yaml"),
        ("{name: web, valuesFile: charts/web/live.yaml}", "r.example/web:stable", "charts/web/live.yaml"),
        ("{name: web, additionalValuesFiles: [charts/web/live.yaml]}", "r.example/web:stable", "charts/web/live.yaml"),
        ("{name: web, valuesFile: charts/web/live.yaml, valuesInline: {image: {tag: latest}}}", "r.example/web:latest", "kustomization.yaml"),
        ("{name: web, valuesMerge: merge, valuesFile: charts/web/live.yaml, valuesInline: {image: {tag: latest}}}", "r.example/web:stable",
         "charts/web/live.yaml"),
    ],
)  # fmt: skip
def test_a_chart_that_kustomize_inflates(entry: str, reference: str, file: str) -> None:
    assert inflated(f"helmCharts: [{entry}]\n") == [
        (reference, "Deployment/web (container web)", file)
    ]


def test_a_chart_from_elsewhere_that_kustomize_inflates_is_judged_by_its_values() -> None:
    entry = "{name: redis, repo: https://c.example, version: 1.2.3, valuesInline: {image: {repository: r, tag: latest}}}"
    expected = [("r:latest", "kustomization .", "kustomization.yaml")]
    assert inflated(f"helmCharts: [{entry}]\n") == expected
    generator = f"apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {{name: x}}\n{entry[1:-1].replace(', ', chr(10), 3)}\n"
    assert inflated("generators: [g.yaml]\n", {"g.yaml": generator}) == [
        ("r:latest", "kustomization .", "g.yaml")
    ]


UMBRELLA = {
    "apps/web/Chart.yaml": (
        "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n"
        "- {name: app-template, alias: main, version: 2.6.0, repository: 'https://c.example', condition: main.enabled}\n"
    ),
    "apps/web/values.yaml": "main:\n  controllers: {main: {containers: {main: {image: {repository: r.example/web, tag: latest}}}}}\n",
}


def of_charts(files: dict[str, str]) -> list[tuple[str | None, str, bool]]:
    memory, facts = MemoryFiles(files), []
    for name, read in (("chart", chart), ("kubernetes", kubernetes)):
        paths = [path for path in files if path.startswith("apps/") == (name == "chart")]
        ctx = ParseContext(memory)
        facts += (
            list(read.facts({path: read.parse(Text(path, files[path])) for path in paths}, ctx))
            if paths
            else []
        )
    found = [
        one
        for one in link([one for one in facts if isinstance(one, Fact)], [], memory, NONE)
        if isinstance(one, Image)
    ]
    return [(one.reference, one.place_of("tag").file, one.scope.defaults) for one in found]


def test_the_values_of_a_chart_that_is_needed_and_not_here() -> None:
    assert of_charts(UMBRELLA) == [("r.example/web:latest", "apps/web/values.yaml", True)]
    off = {
        **UMBRELLA,
        "apps/web/values.yaml": "main: {enabled: false, image: {repository: a, tag: latest}}\n",
    }
    assert of_charts(off) == []


def test_a_release_lays_its_values_over_those_of_a_chart_that_is_not_here() -> None:
    helm = "valuesObject: {main: {controllers: {main: {containers: {main: {image: {tag: edge}}}}}}}"
    files = {**UMBRELLA, "app.yaml": ARGO.format(path="apps/web", helm=helm)}
    assert of_charts(files) == [("r.example/web:edge", "app.yaml", False)]
