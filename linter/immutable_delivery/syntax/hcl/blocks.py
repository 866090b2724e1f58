"""Blocks of HCL, which JSON may write as a mapping or as a list of them."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import pairs, scalar


def listed(node: Node | None) -> list[Node]:
    """Return the items of a list, or the one thing that stands in its place."""
    if isinstance(node, Sequence):
        return node.items
    return [] if node is None or (isinstance(node, Scalar) and node.null) else [node]


def blocks(node: Node | None) -> list[Mapping]:
    """Return blocks without labels."""
    return [one for one in listed(node) if isinstance(one, Mapping)]


def labelled(node: Node | None, *names: str) -> Iterator[tuple[Scalar, Mapping]]:
    """Yield blocks with their labels; one that says its name under one of ``names`` has that label."""
    for block in blocks(node):
        own = next((found for name in names if (found := scalar(block, name))), None)
        if own is not None:
            yield own, block
            continue
        for key, value in pairs(block):
            yield from ((key, one) for one in blocks(value))
