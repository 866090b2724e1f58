"""Mappings that are read when somebody asks: of what is in most of them nobody does."""

from __future__ import annotations

from collections.abc import Sequence as AnySequence
from typing import Any

from immutable_delivery.errors import UnreadableError
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml.nodes import Document, Mapping, Node, Scalar, Sequence


class Stretch(Record, frozen=True):
    """A block of a text that is the value of a key: a mapping in its own lines."""

    key: int
    """Where the key begins."""
    line: int
    """Where the first line of the value begins."""
    value: Span
    """From its first key to the end of its last value."""


class _Unread(dict[str, tuple[Scalar, Node]]):
    """Stands for entries that nobody has asked for."""


class Deferred(Mapping, kw_only=True):
    """A mapping of which only the place is known until somebody asks for its entries."""

    source: Text
    line: int
    """Where its first line begins."""

    @property  # type: ignore[misc] # worked out, where the base holds them
    def entries(self) -> dict[str, tuple[Scalar, Node]]:  # type: ignore[override]
        """The entries; none where it cannot be read."""
        held: dict[str, tuple[Scalar, Node]] = _HELD.__get__(self)
        if isinstance(held, _Unread):
            held = _read(self.source, self.line, self.place.span.end)
            _HELD.__set__(self, held)
        return held


_HELD: Any = Mapping.entries


def read_without(text: Text, stretches: AnySequence[Stretch]) -> list[Document] | None:
    """Return the documents of a text, read as if nothing stood in these stretches; None where that does not go well."""
    from immutable_delivery.syntax.yaml.reader import read  # noqa: PLC0415 (loads ruamel)

    try:
        return read(text, 0, len(text.value), _blanked(text.value, stretches))
    except UnreadableError:
        return None


def defer(around: AnySequence[Mapping | Sequence], key: str, text: Text, stretch: Stretch) -> bool:
    """Put a mapping that is read when somebody asks where a stretch was left out; False where it is not the value of this key.

    ``around`` is what it stands in, the innermost last: what ended with it ends there again.
    """
    holder = around[-1]
    if not isinstance(holder, Mapping):
        return False
    name, value = holder.entries[key]
    if not isinstance(value, Scalar) or not value.null:
        return False
    place = Place(text.path, stretch.value)
    late = Deferred(entries=_Unread(), place=place, source=text, line=stretch.line)
    holder.entries[key] = name, late
    for one in around:
        if one.end < late.end:
            one.place = one.place.at(one.place.span.start, late.end)
    return True


def _blanked(value: str, stretches: AnySequence[Stretch]) -> str:
    parts, at = list[str](), 0
    for one in stretches:
        parts += (value[at : one.line], " " * (one.value.end - one.line))
        at = one.value.end
    return "".join((*parts, value[at:]))


def _read(text: Text, start: int, end: int) -> dict[str, tuple[Scalar, Node]]:
    from immutable_delivery.syntax.yaml.reader import read  # noqa: PLC0415 (loads ruamel)

    try:
        found = read(text, start, end)
    except UnreadableError:
        return {}
    return next((one.root.entries for one in found if isinstance(one.root, Mapping)), {})
