"""A Dockerfile that stands inside a Compose file: read as its own file, its places are where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats import Surroundings, dockerfile
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.yamltree import Scalar
from immutable_delivery.text import Place, Text
from immutable_delivery.written import Written

MAX_LENGTH = 100_000
"""Longer ones are not read: places in them are found line by line."""


def inline_path(service: Service) -> str:
    """Return the name under which the Dockerfile inside a service goes."""
    return f"{service.place.file}#{service.name}"


def inline(service: Service, build: Build) -> Iterator[Fact]:
    """Yield what the Dockerfile inside a service says."""
    node = service.build.get("dockerfile_inline") if service.build else None
    if not isinstance(node, Scalar) or len(node.text) > MAX_LENGTH:
        return
    home = service.reader.around
    real = _Real(build.dockerfile, node.written)
    around = Surroundings(home.files, (build,), home.settings, texts=home.texts)
    try:
        document = dockerfile.parse(Text(build.dockerfile, node.text))
    except UnreadableError as error:
        place = node.written.place(error.offset, error.offset)
        service.reader.trouble(place, error.reason)
        return
    for fact in dockerfile.facts({build.dockerfile: document}, around):
        if isinstance(fact, Fact):
            yield real.of(fact)
    for trouble in around.troubles:
        place = node.written.place(trouble.offset, trouble.offset)
        service.reader.trouble(place, trouble.reason, template=trouble.template)


class _Real:
    """Puts places in the inner Dockerfile where they are written."""

    def __init__(self, path: str, written: Written) -> None:
        self._path = path
        self._written = written

    def of(self, value: Any) -> Any:
        """Return a fact, or a part of one, with its real places."""
        if isinstance(value, Place):
            return self._place(value) if value.file == self._path else value
        if isinstance(value, tuple):
            return tuple(self.of(item) for item in value)
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        if not is_dataclass(value) or isinstance(value, type):
            return value
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: self.of(part) for name, part in old.items()}
        changed = {name: part for name, part in new.items() if part != old[name]}
        return replace(value, **changed) if changed else value

    def _place(self, place: Place) -> Place:
        start, end = place.span.start, place.span.end
        first = self._written.place(start, min(start + 1, end))
        last = self._written.place(max(start, end - 1), end)
        if end <= start or last.file != first.file:
            return first
        return first.at(first.span.start, max(first.span.end, last.span.end))
