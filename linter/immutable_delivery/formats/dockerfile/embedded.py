"""A Dockerfile that stands inside another file: read as its own file, its places are where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact, Recipe
from immutable_delivery.formats import dockerfile
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Text

MAX_LENGTH = 100_000
"""Longer ones are not read: places in them are found line by line."""


def inlined(written: LocatedText, build: Build, home: ParseContext) -> Iterator[Fact | Recipe]:
    """Yield what a Dockerfile says; ``build`` names it by a path that no file has."""
    if len(written.text) > MAX_LENGTH:
        return
    ctx = ParseContext(home.files, (build,), home.settings, texts=home.texts)
    try:
        document = dockerfile.parse(Text(build.dockerfile, written.text))
    except UnreadableError as error:
        ctx.troubles.append(ParseProblem(build.dockerfile, error.offset, error.reason))
    else:
        real = _Real(build.dockerfile, written)
        for fact in dockerfile.facts({build.dockerfile: document}, ctx):
            yield real.of(fact)
    for trouble in ctx.troubles:
        place = written.place(trouble.offset, trouble.offset)
        told = ParseProblem(place.file, place.span.start, trouble.reason, trouble.template)
        if (
            told not in home.troubles
        ):  # an inlined file that several services share is read for each
            home.troubles.append(told)


class _Real:
    """Puts places in the inner Dockerfile where they are written."""

    def __init__(self, path: str, written: LocatedText) -> None:
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
        if not isinstance(value, Record):
            return value
        old = {name: getattr(value, name) for name in value.__struct_fields__}
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
