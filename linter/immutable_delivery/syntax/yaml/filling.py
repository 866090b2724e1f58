"""A tree in which placeholders are filled in, wherever text stands: in keys and in values."""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar


class Filling(Record, frozen=True):
    """How placeholders begin, and what a text with one becomes."""

    mark: str
    fill: Callable[[LocatedText], LocatedText]

    def mapping(self, node: Mapping) -> Mapping:
        """Return a mapping filled; what has no placeholder stays the object that it is."""
        entries = {}
        for name, (key, value) in node.entries.items():
            new = self._scalar(key) if self.mark in name else key
            entries[new.text] = (new, self._node(value))
        held = zip(entries.values(), node.entries.values(), strict=False)
        same = len(entries) == len(node.entries) and all(
            new[0] is old[0] and new[1] is old[1] for new, old in held
        )
        return node if same else Mapping(entries, place=node.place, tag=node.tag)

    def _node(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            return self._scalar(node)
        if isinstance(node, Mapping):
            return self.mapping(node)
        items = [self._node(one) for one in node.items]
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else replace(node, items=items)

    def _scalar(self, node: Scalar) -> Scalar:
        if self.mark not in node.text:
            return node
        return Scalar(self.fill(node.written), node.place, plain=node.plain, tag=node.tag)
