"""Skaffold: artifacts as builds, and the manifests that are given their images."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.kit import read_files

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Source
from immutable_delivery.formats import skaffold
from immutable_delivery.source.files import MemoryFiles

HEAD = "apiVersion: skaffold/v4beta6\nkind: Config\nmetadata: {name: shop}\n"
ARTIFACT = "build: {artifacts: [{image: gcr.io/shop/web, context: web}]}\n"


def read(files: Mapping[str, str], ctx: ParseContext | None = None) -> list[object]:
    """Return the facts and builds of every Skaffold file."""
    return read_files(skaffold, files, ctx)[0]


def builds(content: str, path: str = "skaffold.yaml", **more: str) -> list[Build]:
    """Return the builds of one file."""
    return [one for one in read({path: content} | more) if isinstance(one, Build)]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("skaffold.yaml", HEAD, True),
        ("x/skaffold.dev.yml", HEAD, True),
        ("my-skaffold.yaml", HEAD, True),
        ("skaffold.yaml", "apiVersion: v1\nkind: Config\n", False),
        ("other.yaml", HEAD, False),
    ],
)
def test_claims(path: str, content: str, claimed: bool) -> None:
    assert skaffold.claims(path, content.encode()) is claimed


@pytest.mark.parametrize(
    ("artifact", "expected"),
    [
        ("image: web", ("web", "app/Dockerfile", "app", "", "web")),
        (
            "image: r:5000/shop/web, context: src",
            ("r:5000/shop/web", "app/src/Dockerfile", "app/src", "", "web"),
        ),
        (
            "image: web, docker: {dockerfile: docker/x.Dockerfile, target: prod}",
            ("web", "app/docker/x.Dockerfile", "app", "prod", "web"),
        ),
        (
            "image: web, kaniko: {dockerfile: k.Dockerfile}",
            ("web", "app/k.Dockerfile", "app", "", "web"),
        ),
        ("image: web, context: ../lib", ("web", "lib/Dockerfile", "lib", "", "web")),
        ("image: web, context: ../../out", ("web", "", None, "", "web")),
        ("image: web, jib: {}", ("web", "", "app", "", "web")),
        ("imageName: old, workspace: w", ("old", "app/w/Dockerfile", "app/w", "", "old")),
    ],
)
def test_artifacts(artifact: str, expected: tuple[str | None, ...]) -> None:
    (build,) = builds(f"{HEAD}build: {{artifacts: [{{{artifact}}}]}}\n", "app/skaffold.yaml")
    assert (build.image, build.dockerfile, build.context, build.target, build.service) == expected
    assert build.tool == "skaffold"


def test_build_arguments_and_places() -> None:
    content = f"{HEAD}build:\n  artifacts:\n  - image: web\n    docker: {{buildArgs: {{A: b, C: '{{{{.X}}}}'}}}}\n"
    (build,) = builds(content)
    assert build.args == {"A": "b", "C": None}
    span = build.arg_places["A"].span
    assert content[span.start : span.end] == "b"
    assert content[build.place.span.start : build.place.span.end] == "web"


def test_images_that_an_artifact_requires_are_built_before_it() -> None:
    content = f"{HEAD}build:\n  artifacts:\n  - image: web\n    requires: [{{image: r/Base, alias: FROM}}, {{image: b}}]\n"
    (build,) = builds(content)
    assert build.args == {"FROM": "r/Base", "b": "b"}
    assert build.contexts == {"r/base": "build:r/Base", "b": "build:b"}


def test_profiles_may_build_otherwise() -> None:
    content = (
        f"{HEAD}build: {{artifacts: [{{image: web, docker: {{dockerfile: Dockerfile}}}}]}}\nprofiles:\n"
        "- name: debug\n  patches: [{path: /build/artifacts/0/docker/dockerfile, value: Dockerfile.debug}]\n"
        "- name: other\n  build: {artifacts: [{image: more}]}\n- name: broken\n  patches: [{path: /build/artifacts/9/x, value: y}]\n"
    )
    assert [(build.image, build.dockerfile) for build in builds(content)] == [
        ("web", "Dockerfile"),
        ("web", "Dockerfile.debug"),
        ("more", "Dockerfile"),
    ]


@pytest.mark.parametrize(
    ("more", "manifests"),
    [
        ("", ("app/k8s/*.yaml",)),
        ("manifests: {rawYaml: [m/*.yaml, ../n.yaml]}\n", ("app/m/*.yaml", "n.yaml")),
        ("deploy: {kubectl: {manifests: [m/*.yaml]}}\n", ("app/m/*.yaml",)),
        ("deploy: {helm: {releases: [{name: x, chartPath: chart}]}}\n", ("app/chart",)),
        (
            "manifests: {kustomize: {paths: [over]}}\n",
            (
                "app/base/web.yaml",
                "app/over/kustomization.yaml",
                "app/over/kustomization.yml",
                "app/over/Kustomization",
            ),
        ),
    ],
)
def test_manifests_that_are_given_the_images(more: str, manifests: tuple[str, ...]) -> None:
    files = {
        "app/over/kustomization.yaml": "resources: [../base]\n",
        "app/base/kustomization.yaml": "resources: [web.yaml]\n",
        "app/base/web.yaml": "",
    }
    (build,) = builds(f"{HEAD}{ARTIFACT}{more}", "app/skaffold.yaml", **files)
    assert [manifest for manifest in build.manifests if manifest != "app/base"] == list(manifests)


def test_configurations_that_require_one_another_share_manifests() -> None:
    first = f"{HEAD}{ARTIFACT}manifests: {{rawYaml: [a.yaml]}}\n"
    second = (
        HEAD.replace("shop", "more")
        + "requires: [{configs: [shop]}]\nmanifests: {rawYaml: [b.yaml]}\n"
    )
    alone = HEAD.replace("shop", "alone") + "manifests: {rawYaml: [c.yaml]}\n"
    (build,) = builds(f"{first}---\n{second}---\n{alone}")
    assert build.manifests == ("a.yaml", "b.yaml")
    parts = {
        "skaffold.yaml": HEAD + "requires: [{path: web}]\nmanifests: {rawYaml: [b.yaml]}\n",
        "web/skaffold.yaml": first,
    }
    (build,) = [one for one in read(parts) if isinstance(one, Build)]
    assert set(build.manifests) == {"b.yaml", "web/a.yaml"}


def test_what_comes_from_other_repositories() -> None:
    content = (
        f"{HEAD}requires: [{{git: {{repo: 'https://example.com/x.git', ref: main}}}}]\n"
        "deploy: {helm: {releases: [{name: r, remoteChart: redis, repo: 'https://charts.example.com', version: 1.2.3}]}}\n"
    )
    found = [one for one in read({"skaffold.yaml": content}) if isinstance(one, Source)]
    assert [(one.source_type, one.url, one.ref, one.pin) for one in found] == [
        ("git", "https://example.com/x.git", "main", "alias"),
        ("chart", "https://charts.example.com/redis", "1.2.3", "exact"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "build: []\n",
        "build: {artifacts: {a: b}}\n",
        "build: {artifacts: [1, {}, {image: [x]}]}\nprofiles: x\nrequires: [1, {}]\n",
        "deploy: x\n",
    ],
)
def test_wrong_shapes_do_no_harm(content: str) -> None:
    assert not read({"skaffold.yaml": HEAD + content})


def test_a_broken_document_is_a_trouble() -> None:
    ctx = ParseContext(MemoryFiles({}))
    found = read({"skaffold.yaml": f"{HEAD}build: [\n---\n{HEAD}{ARTIFACT}"}, ctx)
    assert [trouble.path for trouble in ctx.troubles] == ["skaffold.yaml"]
    assert len(found) == 1
