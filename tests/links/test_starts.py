"""Whether anything starts a container."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Build, Container, Fact, Scope
from immutable_delivery.links.starts import link_starts, starts_by_itself
from immutable_delivery.source.text import Place, Span


def place(file: str) -> Place:
    return Place(file, Span(0, 1))


@pytest.mark.parametrize(
    ("image", "starts"),
    [
        ("debian:12.8", False),
        ("docker.io/library/python:3.12@sha256:ab", False),
        ("node", False),
        ("php:8.3-apache", True),
        ("php:8.3-cli", False),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", False),
        ("nginx:1.27", True),
        ("shop/nginx:1.27", None),
        ("localhost:5000/debian", None),
        ("shop/web", None),
        ("", None),
        (None, None),
    ],
)
def test_well_known_bases(image: str | None, starts: bool | None) -> None:
    assert starts_by_itself(image) is starts


def stage(*, starts: bool | None, image: str = "python:3.12", last: bool = True) -> Container:
    return Container(
        used_at=place("Dockerfile"), extent=place("Dockerfile"), container_type="stage", name="web", image=image,
        starts=starts, dockerfile="Dockerfile", last=last, scope=Scope(dockerfile="Dockerfile"),
    )  # fmt: skip


def service(*, own_start: bool, image: str = "", builds: bool = True) -> Container:
    return Container(
        used_at=place("compose.yaml"), extent=place("compose.yaml"), container_type="service", name="web",
        image=image, starts=None, own_start=own_start, builds=builds, scope=Scope(service="web", deployed=True),
    )  # fmt: skip


BUILD = Build(dockerfile="Dockerfile", service="web", place=place("compose.yaml"), deployed=True)


def outcome(facts: list[Fact], builds: list[Build]) -> list[tuple[bool, bool | None]]:
    return [(c.runs, c.starts) for c in link_starts(facts, builds) if isinstance(c, Container)]


def test_a_built_service_is_judged_where_it_is_built() -> None:
    assert outcome([stage(starts=None), service(own_start=False)], [BUILD]) == [
        (True, False),
        (True, True),
    ]


def test_the_command_of_every_runner_starts_the_image() -> None:
    assert outcome([stage(starts=None), service(own_start=True)], [BUILD]) == [
        (True, True),
        (True, True),
    ]


def test_an_image_that_nobody_runs_is_not_run() -> None:
    assert outcome([stage(starts=None)], []) == [(False, False)]
    assert outcome([stage(starts=None, last=False)], [BUILD]) == [(False, False)]


def test_an_unknown_base_stays_unknown() -> None:
    assert outcome([stage(starts=None, image="shop/base")], [BUILD]) == [(True, None)]


def test_a_service_of_a_bare_base_starts_nothing() -> None:
    assert outcome([service(own_start=False, image="debian:12", builds=False)], []) == [
        (True, False)
    ]
    assert outcome([service(own_start=False, image="nginx:1", builds=False)], []) == [(True, True)]
    assert outcome([service(own_start=True, image="debian:12", builds=False)], []) == [(True, True)]
