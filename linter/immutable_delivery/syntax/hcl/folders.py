"""The files of one folder as one: Terraform and Packer read them so."""

from __future__ import annotations

from collections.abc import Sequence as AnySequence

from immutable_delivery.records import replace
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.hcl.blocks import blocks
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence

_LABELS = 2
"""A block has so many labels at most."""
_UNLABELLED = frozenset({"build", "locals"})
"""Blocks that stand beside each other, as they have no labels by which they could be one."""


def merged(trees: AnySequence[Mapping]) -> Mapping:
    """Return the files of a folder as one; they stay as they are."""
    whole = Mapping(place=trees[0].place if trees else Place("", Span(0, 0)))
    for tree in trees:
        _merge(whole, tree, 0)
    return whole


def _merge(whole: Mapping, tree: Mapping, depth: int) -> None:
    """Put the blocks of a tree beside those that are there: kind by kind, type by type, name by name."""
    for name, (key, node) in tree.entries.items():
        old, labelled = whole.get(name), depth < _LABELS and name not in _UNLABELLED
        if old is None:
            whole.entries[name] = (key, _copy(node, depth))
        elif labelled and isinstance(old, Mapping) and isinstance(node, Mapping):
            _merge(old, node, depth + 1)
        else:
            whole.entries[name] = (key, _beside(old, node))


def _beside(old: Node, node: Node) -> Node:
    """Return the blocks of both; of arguments, which only separate templates say twice, the later one."""
    held: list[Node] = [*blocks(old), *blocks(node)]
    return Sequence(held, place=node.place) if held else node


def _copy(node: Node, depth: int) -> Node:
    """Return a node into which others may be merged: kinds and types as far down as that goes."""
    if not isinstance(node, Mapping) or depth >= _LABELS:
        return node
    entries = {name: (key, _copy(value, depth + 1)) for name, (key, value) in node.entries.items()}
    return replace(node, entries=entries)
