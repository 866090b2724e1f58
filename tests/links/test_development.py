"""Which manifests are for development, and into which a tool puts what it has just built."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Build, Container, Fact, Image, Scope, Variable
from immutable_delivery.links.development import link_development, link_substituted
from immutable_delivery.source.text import Place, Span


def place(file: str) -> Place:
    return Place(file, Span(0, 1))


def deployed(file: str, service: str = "web", name: str = "") -> Image:
    scope = Scope(service=service, owner=service, deployed=True)
    return Image(used_at=place(file), extent=place(file), scope=scope, name=name)


def build(
    file: str,
    target: str = "",
    image: str = "",
    tool: str = "compose",
    manifests: tuple[str, ...] = (),
) -> Build:
    return Build(
        dockerfile="Dockerfile", service="web", place=place(file), tool=tool, deployed=tool == "compose",
        target=target, image=image, manifests=manifests,
    )  # fmt: skip


def development(facts: list[Fact], builds: list[Build]) -> list[bool]:
    return [fact.scope.development for fact in link_development(facts, builds)]


def test_what_builds_a_service_that_is_deployed_elsewhere_is_for_development() -> None:
    facts: list[Fact] = [
        deployed("compose.yaml"),
        deployed("deploy/web.yaml"),
        deployed("compose.yaml", "db"),
    ]
    assert development(facts, [build("compose.yaml")]) == [True, False, True]


def test_an_overlay_without_an_image_is_no_other_deployment() -> None:
    patch = deployed("compose.agent.yaml")
    waits = Container(used_at=patch.used_at, extent=patch.extent, scope=patch.scope)
    assert development([deployed("compose.yaml"), waits], [build("compose.yaml")]) == [False, False]


def test_what_says_so_is_the_evidence() -> None:
    facts: list[Fact] = [deployed("compose.yaml"), deployed("deploy/web.yaml")]
    first, second = link_development(facts, [build("compose.yaml", target="dev")])
    assert first.scope.environments == ("development",)
    assert first.scope.evidence == ("deploy/web.yaml deploys 'web'", "web: target 'dev'")
    assert (second.scope.environments, second.scope.evidence) == ((), ())


def test_what_nothing_else_deploys_is_deployed() -> None:
    facts: list[Fact] = [
        deployed("compose.yaml"),
        deployed("compose.yaml", "db"),
        deployed("deploy/db.yaml", "db"),
    ]
    assert development(facts, [build("compose.yaml")]) == [False, False, False]


@pytest.mark.parametrize(
    ("target", "expected"), [("dev", True), ("development", True), ("builder", False), ("", False)]
)
def test_a_build_target_names_development(target: str, expected: bool) -> None:
    facts: list[Fact] = [deployed("compose.yaml"), deployed("compose.yaml", "db")]
    assert development(facts, [build("compose.yaml", target)]) == [expected, False]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NODE_ENV", "development", True),
        ("NODE_ENV", "production", False),
        ("MODE", "development", False),
    ],
)
def test_an_environment_variable_names_development(name: str, value: str, expected: bool) -> None:
    here = place("compose.yaml")
    variable = Variable(
        used_at=here, extent=here, name=name, value=value, scope=deployed("compose.yaml").scope
    )
    assert development([variable, deployed("compose.yaml")], []) == [expected, expected]


@pytest.mark.parametrize(
    ("file", "manifests", "expected"),
    [
        ("k8s/web.yaml", ("k8s/*.yaml",), True),
        ("k8s/web.yaml", ("k8s",), True),
        ("release/web.yaml", ("k8s/*.yaml",), False),
        ("k8s/web.yaml", (), True),
    ],
)
def test_skaffold_puts_its_images_into_its_manifests(
    file: str, manifests: tuple[str, ...], expected: bool
) -> None:
    builds = [build("skaffold.yaml", image="frontend", tool="skaffold", manifests=manifests)]
    facts = link_substituted(
        [deployed(file, name="frontend"), deployed(file, name="redis")], builds
    )
    assert [fact.built_here for fact in facts if isinstance(fact, Image)] == [expected, False]
