"""A Dockerfile that stands inside a Compose file."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Build, Fact, Recipe
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.syntax.yaml import Scalar


def inline_path(service: Service) -> str:
    """Return the name under which the Dockerfile inside a service goes."""
    return f"{service.place.file}#{service.name}"


def inline(service: Service, build: Build) -> Iterator[Fact | Recipe]:
    """Yield what the Dockerfile inside a service says."""
    node = service.build.get("dockerfile_inline") if service.build else None
    if isinstance(node, Scalar):
        from immutable_delivery.formats.dockerfile.embedded import inlined  # noqa: PLC0415 (few services hold one)

        yield from inlined(node.written, build, service.reader.ctx)
