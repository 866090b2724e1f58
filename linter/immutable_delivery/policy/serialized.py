"""Serialised expressions in one order: a protobuf map has none, and the compiled pack is to be the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

Shape: TypeAlias = Mapping[int, "Shape | None"]
"""The fields of a message that need a look: None for the entries of a map, else the shape of the message."""

_VARINT, _BYTES = 0, 2

CHECKED_EXPRESSION: Final[Shape] = {2: {2: None, 3: None, 5: {4: None, 5: None}}}
"""`google.protobuf.Any` around `cel.expr.CheckedExpr`: references, types, and positions and macros of the source."""


def ordered(message: bytes, shape: Shape = CHECKED_EXPRESSION) -> bytes:
    """Return an equal message whose map entries are sorted; lengths stay what they are."""
    parts = []
    for number, head, payload in _pieces(message):
        inner = shape.get(number)
        part = head + (ordered(payload, inner) if inner else payload)
        parts.append((number, part if number in shape and inner is None else b"", part))
    parts.sort(key=lambda part: part[:2])
    return b"".join(part for *_, part in parts)


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the fields of a message: number and payload."""
    return ((number, payload) for number, _, payload in _pieces(message))


def _pieces(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the fields of a message: number, tag with length, payload."""
    at = 0
    while at < len(message):
        tag, begin = _varint(message, at)
        if tag & 7 == _BYTES:
            length, begin = _varint(message, begin)
            end = begin + length
        elif tag & 7 == _VARINT:
            _, end = _varint(message, begin)
        else:
            raise ValueError(f"wire type {tag & 7} is not expected in an expression")
        yield tag >> 3, message[at:begin], message[begin:end]
        at = end


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length number and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 (the bit that says that more follows)
            return value, at
