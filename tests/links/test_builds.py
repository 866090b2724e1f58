"""Builds whose Dockerfile or stage this repository does not have."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Build, Container, Fact, File, Scope, Unread
from immutable_delivery.links.builds import link_builds
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span

PLACE = Place("compose.yaml", Span(0, 1))
FILES = MemoryFiles(
    {"Dockerfile": "", "broken.Dockerfile": "", "left.Dockerfile": "", "made.Dockerfile": ""},
    {"made.Dockerfile": "ignored"},
)


def build(dockerfile: str, target: str = "", *, deployed: bool = True) -> Build:
    return Build(
        dockerfile=dockerfile, target=target, deployed=deployed, service="web", place=PLACE
    )


def stage(name: str) -> Container:
    return Container(
        used_at=PLACE, extent=PLACE, container_type="stage", dockerfile="Dockerfile", stage=name
    )


SERVICE = Container(
    used_at=PLACE, extent=PLACE, scope=Scope(service="web", environments=("dev",), development=True)
)
BROKEN = File(
    used_at=PLACE, extent=PLACE, path="broken.Dockerfile", format="dockerfile", problem="no FROM"
)
FACTS: list[Fact] = [stage("build"), stage("1"), SERVICE, BROKEN]


def told(one: Build) -> list[Unread]:
    return [fact for fact in link_builds(FACTS, [one], FILES) if isinstance(fact, Unread)]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (build("Dockerfile", "prod"), "Dockerfile has no stage 'prod'"),
        (build("Dockerfile", "2"), "Dockerfile has no stage '2'"),
        (build("nope/Dockerfile"), "'nope/Dockerfile' is not in this repository"),
        (build("left.Dockerfile"), "'left.Dockerfile' is left out"),
        (build("made.Dockerfile"), "'made.Dockerfile' is not in this repository"),
    ],
)
def test_a_build_that_cannot_be_is_not_passed_over(one: Build, reason: str) -> None:
    (found,) = told(one)
    assert (found.subject, found.reason, found.used_at) == ("build", reason, PLACE)
    assert (found.scope.phase, found.scope.development) == ("build", True)


@pytest.mark.parametrize(
    "one",
    [
        build("Dockerfile"),
        build("Dockerfile", "BUILD"),
        build("Dockerfile", "0"),
        build("Dockerfile", "1"),
        build("broken.Dockerfile", "prod"),
        build("compose.yaml#web"),
        build("nope/Dockerfile", deployed=False),
    ],
)
def test_what_is_known_told_elsewhere_or_not_deployed_is_no_such_build(one: Build) -> None:
    assert told(one) == []


def test_a_path_that_starts_elsewhere_is_not_called_missing() -> None:
    files = MemoryFiles({"ext/fleet/Dockerfile": ""})
    one = build("ext/fleet/ext/fleet/Dockerfile")
    (found,) = (fact for fact in link_builds([SERVICE], [one], files) if isinstance(fact, Unread))
    assert found.reason.startswith("its paths seem to start from another folder: 'ext/fleet/Dock")
