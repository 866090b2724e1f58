"""What Flux lays over a path of this repository and fills in: judged as it is applied, and blamed where it is decided."""

from __future__ import annotations

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Image
from immutable_delivery.formats import kubernetes
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, image: "%s"}
"""
APPLY = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %s}
spec:
  path: ./apps/web
  sourceRef: {kind: GitRepository, name: flux-system}
%s"""


def judged(files: dict[str, str]) -> list[tuple[str, str, tuple[str, ...]]]:
    memory = MemoryFiles(files)
    facts: list[Fact] = []
    for paths in kubernetes.families(sorted(files), memory):
        ctx = ParseContext(memory)
        documents = {path: kubernetes.parse(Text(path, files[path])) for path in paths}
        facts += [one for one in kubernetes.facts(documents, ctx) if isinstance(one, Fact)]
        assert ctx.troubles == []
    linked = [one for one in link(facts, [], memory, NONE) if isinstance(one, Image)]
    return sorted(
        (one.text, one.place_of("tag").file, one.scope.environments)
        for one in linked
        if "web" in one.text
    )


def applied(
    overlay: str, image: str = "web:latest", *, kustomized: bool = False
) -> list[tuple[str, str]]:
    files = {"apps/web/web.yaml": WEB % image, "clusters/apps.yaml": APPLY % ("web", overlay)}
    if kustomized:
        files["apps/web/kustomization.yaml"] = (
            "resources: [web.yaml]\nimages: [{name: other, newTag: '1'}]\n"
        )
    return [(text, file) for text, file, _ in judged(files)]


@pytest.mark.parametrize("kustomized", [True, False])
@pytest.mark.parametrize(
    ("overlay", "image", "expected"),
    [
        ("", "web:latest", [("web:latest", "apps/web/web.yaml")]),
        ("  images: [{name: web, newTag: 1.2.3}]\n", "web:latest", [("web:1.2.3", "clusters/apps.yaml"), ("web:1.2.3", "clusters/apps.yaml")]),
        ("  postBuild: {substitute: {TAG: stable}}\n", "web:${TAG}", [("web:stable", "clusters/apps.yaml")]),
        ("  postBuild: {substitute: {TAG: stable}}\n", "web:${TAG:=1.2.3}", [("web:stable", "clusters/apps.yaml")]),
        ("  postBuild: {substitute: {OTHER: stable}}\n", "web:${TAG:=1.2.3}", [("web:1.2.3", "apps/web/web.yaml")]),
        ("  postBuild: {substitute: {OTHER: stable}}\n", "web:${TAG}", [("web:${TAG}", "apps/web/web.yaml")]),
        (
            "  patches:\n  - target: {kind: Deployment}\n    patch: |\n      - {op: replace, path: /spec/template/spec/containers/0/image, value: web:edge}\n",
            "web:latest", [("web:edge", "clusters/apps.yaml")],
        ),
    ],
)  # fmt: skip
def test_what_the_object_says_counts(
    overlay: str, image: str, expected: list[tuple[str, str]], kustomized: bool
) -> None:
    assert applied(overlay, image, kustomized=kustomized) == expected


def test_what_is_substituted_from_a_config_map_beside_it() -> None:
    overlay = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}, {kind: Secret, name: none}]}\n"
    settings = (
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {TAG: edge}\n"
    )
    assert applied(overlay + settings, "web:${TAG}") == [("web:edge", "clusters/apps.yaml")]


def test_each_cluster_applies_it_for_itself() -> None:
    files = {"apps/web/web.yaml": WEB % "web:${TAG}"}
    for name, tag in (("staging", "edge"), ("production", "1.2.3")):
        files[f"clusters/{name}/apps.yaml"] = APPLY % (
            name,
            f"  postBuild: {{substitute: {{TAG: {tag}}}}}\n",
        )
    assert judged(files) == [
        ("web:1.2.3", "clusters/production/apps.yaml", ("production",)), ("web:edge", "clusters/staging/apps.yaml", ("staging",)),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["./none", "", ".", "../x", "${PATH}"])
def test_a_path_that_is_not_here_applies_nothing(path: str) -> None:
    overlay = APPLY.replace("./apps/web", path) % (
        "web",
        "  images: [{name: web, newTag: 1.2.3}]\n",
    )
    assert ("web:latest", "apps/web/web.yaml", ()) in judged(
        {"apps/web/web.yaml": WEB % "web:latest", "clusters/apps.yaml": overlay}
    )


def test_an_object_that_applies_itself_ends() -> None:
    files = {
        "apps/web/self.yaml": APPLY % ("web", "  images: [{name: web, newTag: 1.2.3}]\n"),
        "apps/web/web.yaml": WEB % "web:latest",
    }
    assert {text for text, _, _ in judged(files)} == {"web:1.2.3"}


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  source:
    repoURL: %s
    path: apps/web
    targetRevision: v1.2.3
    kustomize: {%s}
"""
OWN = "https://github.com/acme/shop"


@pytest.mark.parametrize(
    ("kustomize", "expected"),
    [
        ("images: ['web:1.2.3']", ["web:1.2.3"]),
        ("images: ['web=shop/web:1.2.3']", ["shop/web:1.2.3"]),
        ("images: ['web=shop/web']", ["shop/web", "shop/web:latest"]),
        ("images: ['web@sha256:%s']" % ("0" * 64), ["web@sha256:" + "0" * 64]),
        ("patches: [{target: {kind: Deployment}, patch: '[{op: replace, path: /spec/template/spec/containers/0/image, value: web:edge}]'}]", ["web:edge"]),
        ("namePrefix: a-", ["web:latest"]),
    ],
)  # fmt: skip
def test_what_an_application_lays_over_a_path_counts(kustomize: str, expected: list[str]) -> None:
    files = {
        "apps/web/web.yaml": WEB % "web:latest",
        "apps/web/kustomization.yaml": "resources: [web.yaml]\n",
        "argo/web.yaml": APPLICATION % (OWN, kustomize),
    }
    assert sorted({text for text, _, _ in judged(files)}) == expected


def test_what_an_application_takes_of_another_repository_is_not_made_here() -> None:
    files = {
        "apps/web/web.yaml": WEB % "web:latest",
        "argo/web.yaml": APPLICATION % ("https://github.com/other/place", "images: ['web:1.2.3']"),
    }
    facts: list[Fact] = []
    memory = MemoryFiles(files)
    for paths in kubernetes.families(sorted(files), memory):
        documents = {path: kubernetes.parse(Text(path, files[path])) for path in paths}
        found = kubernetes.facts(documents, ParseContext(memory))
        facts += [one for one in found if isinstance(one, Fact)]
    linked = link(facts, [], memory, NONE, remote=lambda: OWN)
    files_of = [(one.text, one.place_of("tag").file) for one in linked if isinstance(one, Image)]
    assert sorted(files_of) == [("web:1.2.3", "argo/web.yaml"), ("web:latest", "apps/web/web.yaml")]
