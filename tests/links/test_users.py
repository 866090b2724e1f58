"""Whom a stage runs as by its base."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Container, ContainerType
from immutable_delivery.links.users import link_users
from immutable_delivery.source.text import Place, Span

PLACE = Place("Dockerfile", Span(0, 1))


def root(
    image: str | None, user: str | None = "", kind: ContainerType = "stage", *, starts: bool = True
) -> bool | None:
    own = Container(
        used_at=PLACE, extent=PLACE, container_type=kind, image=image, user=user, root=None, starts=starts,
    )  # fmt: skip
    (linked,) = link_users([own])
    assert isinstance(linked, Container)
    return linked.root


@pytest.mark.parametrize("image", ["debian:12.8", "node:22@sha256:ab", "gcr.io/distroless/static"])
def test_a_stage_over_a_known_base_runs_as_its_user(image: str) -> None:
    assert root(image) is True


@pytest.mark.parametrize(
    ("image", "user"),
    [
        ("gcr.io/distroless/static:nonroot", ""),
        ("shop/base:1", ""),
        ("", ""),
        (None, ""),
        ("debian", None),
        ("debian", "app"),
    ],
)
def test_nothing_is_claimed_of_another_base_or_a_user_that_is_stated(
    image: str | None, user: str | None
) -> None:
    assert root(image, user) is None


def test_an_image_that_starts_nothing_is_called_as_its_caller_likes() -> None:
    assert root("debian", starts=False) is None


def test_a_container_of_a_manifest_is_left_to_it() -> None:
    assert root("debian", kind="service") is None
