"""A compiled expression as a tree, each part with the offset that it is written at.

The messages are those of https://github.com/google/cel-spec/blob/master/proto/cel/expr/syntax.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from immutable_delivery.policy.serialized import fields
from immutable_delivery.records import Record

Kind: TypeAlias = Literal["text", "name", "call", "list", "map", "loop", "other"]


class Node(Record, frozen=True):
    """One part of an expression."""

    kind: Kind
    at: int
    """The offset of it in the text; for a call that of its operator."""
    text: str = ""
    """A text itself, the name of a variable, of a function, of what a loop calls each item."""
    parts: tuple[Node, ...] = ()
    """Operands, items, keys and values in turn, what a loop goes through and what it does with each."""


_CONSTANT, _NAME, _FIELD, _CALL, _LIST, _MAP, _LOOP = 3, 4, 5, 6, 7, 8, 9
_PLAIN: dict[int, Kind] = {_LIST: "list", _MAP: "map"}
_TEXT = 6
"""The number of a constant that is a text."""


def tree(checked: bytes) -> Node:
    """Return the tree of a serialised `google.protobuf.Any` around `cel.expr.CheckedExpr`."""
    message = _message(_message(checked)[2][0])
    entries = map(_message, _message(message[5][0]).get(4, ()))
    positions = {_number(entry, 1): _number(entry, 2) for entry in entries}
    return _node(message[4][0], positions)


Message: TypeAlias = Mapping[int, list[bytes]]


def _message(data: bytes) -> Message:
    found: dict[int, list[bytes]] = {}
    for number, payload in fields(data):
        found.setdefault(number, []).append(payload)
    return found


def _number(message: Message, number: int) -> int:
    """Return a variable-length number; 0, which is not written, where there is none."""
    value = 0
    for byte in reversed(message.get(number, [b""])[0]):
        value = value << 7 | byte & 0x7F
    return value


def _text(message: Message, number: int) -> str:
    return message.get(number, [b""])[0].decode()


def _node(data: bytes, positions: Mapping[int, int]) -> Node:
    message = _message(data)
    at = positions.get(_number(message, 2), 0)
    number = next((one for one in message if one != 2), 0)  # noqa: PLR2004 (its id)
    inner = _message(message[number][0]) if number else {}
    if number == _CONSTANT and _TEXT in inner:
        return Node("text", at, _text(inner, _TEXT))
    if number == _NAME:
        return Node("name", at, _text(inner, 1))
    parts = tuple(_node(part, positions) for part in _parts(number, inner))
    if number == _FIELD:
        name = f"{parts[0].text}.{_text(inner, 2)}" if parts[0].kind == "name" else ""
        return Node("name" if name else "other", at, name, parts)
    if number == _CALL:
        return Node("call", at, _text(inner, 2), parts)
    if number == _LOOP:
        return Node("loop", at, _text(inner, 1), parts)
    return Node(_PLAIN.get(number, "other"), at, "", parts)


def _parts(number: int, inner: Message) -> Iterator[bytes]:
    """Yield the expressions below one; of a loop what it goes through comes first."""
    if number == _MAP:
        for entry in map(_message, inner.get(2, ())):
            yield from (*entry.get(3, ()), *entry.get(4, ()))
        return
    numbers = {_FIELD: (1,), _CALL: (1, 3), _LIST: (1,), _LOOP: (2, 4, 5, 6, 7)}.get(number, ())
    for one in numbers:
        yield from inner.get(one, ())
