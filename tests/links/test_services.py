"""Facts of one service are found to belong together, whatever file they come from."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Build, Container, Contract, Fact, Image, Scope, Service
from immutable_delivery.links.services import link_services
from immutable_delivery.source.text import Place, Span


def place(file: str) -> Place:
    return Place(file, Span(0, 1))


def deployed(file: str, service: str, image: str = "") -> Image:
    scope = Scope(service=service, deployed=True, phase="start")
    return Image(used_at=place(file), extent=place(file), scope=scope, name=image)


def stage(dockerfile: str) -> Container:
    scope = Scope(dockerfile=dockerfile)
    return Container(
        used_at=place(dockerfile), extent=place(dockerfile), scope=scope, container_type="stage"
    )


def build(file: str, dockerfile: str, service: str) -> Build:
    return Build(
        dockerfile=dockerfile, service=service, place=place(file), tool="compose", deployed=True
    )


def services(facts: list[Fact], builds: list[Build] | None = None) -> list[str]:
    return [fact.name for fact in link_services(facts, builds or []) if isinstance(fact, Service)]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["compose.yaml", "compose.yaml"], ["web"]),
        (["compose.yaml", "deploy/base/web.yaml"], ["web"]),
        (
            [
                "deploy/overlays/staging/kustomization.yaml",
                "deploy/overlays/production/kustomization.yaml",
            ],
            ["web"],
        ),
        (["k8s/staging/web.yaml", "k8s/prod/web.yaml"], ["web"]),
        (["shop/compose.yaml", "blog/compose.yaml"], ["blog:web", "shop:web"]),
        (["examples/a/web.yaml", "examples/b/web.yaml"], ["examples/a:web", "examples/b:web"]),
        (
            ["examples/a/compose.yaml", "examples/a/deploy/web.yaml", "examples/b/compose.yaml"],
            ["examples/a:web", "examples/b:web"],
        ),
    ],
)
def test_equal_names_are_one_service_within_a_project(
    paths: list[str], expected: list[str]
) -> None:
    facts: list[Fact] = [deployed(path, "web") for path in paths]
    assert services(facts) == expected
    assert services(facts[::-1]) == expected


def test_a_build_joins_a_dockerfile_to_its_service() -> None:
    facts: list[Fact] = [deployed("compose.yaml", "web"), stage("src/Dockerfile")]
    linked = link_services(facts, [build("compose.yaml", "src/Dockerfile", "web")])
    assert [fact.scope.service for fact in linked] == ["web", "web", "web"]


def test_a_dockerfile_by_itself_is_named_by_its_folder() -> None:
    assert services([stage("images/curl/Dockerfile"), stage("images/jq/Dockerfile")]) == [
        "curl",
        "jq",
    ]
    assert services([stage("Dockerfile")]) == ["Dockerfile"]


def test_an_image_of_a_folders_name_is_built_there() -> None:
    facts: list[Fact] = [
        deployed("deploy/all.yaml", "mail", "gcr.io/shop/emailservice"),
        stage("src/emailservice/Dockerfile"),
    ]
    assert services(facts) == ["mail"]


def test_a_meta_file_joins_by_its_name() -> None:
    contract = Contract(
        used_at=place("web/delivery.yaml"), extent=place("web/delivery.yaml"), name="web"
    )
    facts: list[Fact] = [contract, deployed("deploy/base/web.yaml", "web")]
    linked = link_services(facts, [])
    assert [fact.name for fact in linked if isinstance(fact, Service)] == ["web"]
    assert isinstance(linked[-1], Service)
    assert (linked[-1].runs, linked[-1].builds) == (True, False)
