"""What an expression compares variables with and matches them by, whichever way round and however nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from immutable_delivery.policy.celtree import Node
from immutable_delivery.records import Record

Loops: TypeAlias = Mapping[str, Sequence[Node]]
"""What a loop calls each item, and what the items are."""

_EQUAL = frozenset(("_==_", "_!=_"))
_CHOICE, _SUM, _WITHIN, _ENTRY = "_?_:_", "_+_", "@in", "_[_]"


class Comparison(Record, frozen=True):
    """A text that a variable is compared with."""

    names: tuple[str, ...]
    """The variables that it may be: several where a condition or a list gives them."""
    text: str
    at: int
    """Its offset in the expression."""


def comparisons(node: Node) -> Iterator[Comparison]:
    """Yield every comparison of variables alone with a text."""
    for call, loops in _calls(node, {}):
        yield from _compared(call, loops)


def patterns(node: Node) -> Iterator[Node]:
    """Yield every text that is written as the pattern of `matches`."""
    for call, loops in _calls(node, {}):
        if call.text == "matches":
            yield from (one for one in _values(call.parts[-1], loops) if one.kind == "text")


def _calls(node: Node, loops: Loops) -> Iterator[tuple[Node, Loops]]:
    """Yield every call, with the loops that it stands in."""
    if node.kind == "call":
        yield node, loops
    inner = {**loops, node.text: _items(node.parts[0], loops)} if node.kind == "loop" else loops
    for part in node.parts:
        yield from _calls(part, inner)


def _compared(call: Node, loops: Loops) -> Iterator[Comparison]:
    if call.text in _EQUAL:
        for side in (_values, _items):
            yield from _between(*(side(part, loops) for part in call.parts))
    elif call.text == _WITHIN:
        yield from _between(_values(call.parts[0], loops), _items(call.parts[1], loops))
    elif call.text == _ENTRY and call.parts[0].kind == "map":
        yield from _between(_items(call.parts[0], loops), _values(call.parts[1], loops))


def _between(left: Sequence[Node], right: Sequence[Node]) -> Iterator[Comparison]:
    for side, other in ((left, right), (right, left)):
        names = tuple(dict.fromkeys(one.text for one in side))
        if side and all(one.kind == "name" for one in side):
            yield from (Comparison(names, one.text, one.at) for one in other if one.kind == "text")


def _values(node: Node, loops: Loops) -> Sequence[Node]:
    """Return what an expression may come to."""
    if node.kind == "name":
        return loops.get(node.text, (node,))
    if node.kind == "call" and node.text == _CHOICE:
        return [value for part in node.parts[1:] for value in _values(part, loops)]
    if node.kind == "call" and node.text == _ENTRY and node.parts[0].kind != "map":
        return _items(node.parts[0], loops)
    return (node,)


def _items(node: Node, loops: Loops) -> Sequence[Node]:
    """Return what the items of a list may come to, or the keys of a map; a variable stands for its own."""
    if node.kind in {"list", "map"}:
        parts = node.parts[:: 2 if node.kind == "map" else 1]
        return [value for part in parts for value in _values(part, loops)]
    if node.kind == "call" and node.text in {_CHOICE, _SUM}:
        parts = node.parts[1:] if node.text == _CHOICE else node.parts
        return [item for part in parts for item in _items(part, loops)]
    return () if node.text in loops else (node,)
