"""A tree filled with parameters, wherever text stands: by names in braces, or as a template of Go."""

from __future__ import annotations

import re
from typing import Protocol

from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence

_TAG = lazy(r"\{\{(?P<name>.*?)\}\}", re.DOTALL)
_OPEN = "{{"


class Filler(Protocol):
    """One of the two languages of templates."""

    go: bool
    """Whether it is Go's, whose parameters are trees."""

    def text(self, written: LocatedText, given: Parameters) -> LocatedText:
        """Return a text filled; what nobody here knows stays unresolved."""


class ByName:
    """`{{ name }}`: the text of a parameter; what has no such name stays as it is."""

    go = False

    def text(self, written: LocatedText, given: Parameters) -> LocatedText:
        """Return a text with its names replaced."""

        def give(found: re.Match[str], _: LocatedText) -> LocatedText | None:
            value = given.values.get(found["name"].strip())
            return value.written if isinstance(value, Scalar) else None

        return filled(written, _TAG, give)


def filled_tree(node: Node, given: Parameters, filler: Filler) -> Node:
    """Return a tree with every text filled; what has no placeholder stays the object that it is."""
    if isinstance(node, Scalar):
        return _scalar(node, given, filler)
    if isinstance(node, Sequence):
        items = [filled_tree(one, given, filler) for one in node.items]
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else replace(node, items=items)
    return _mapping(node, given, filler)


def filled_mapping(node: Mapping, given: Parameters, filler: Filler) -> Mapping:
    """Return a mapping with every text filled."""
    return _mapping(node, given, filler)


def _mapping(node: Mapping, given: Parameters, filler: Filler) -> Mapping:
    entries = {}
    for name, (key, value) in node.entries.items():
        new = _scalar(key, given, filler) if _OPEN in name else key
        entries[new.text] = (new, filled_tree(value, given, filler))
    held = zip(entries.values(), node.entries.values(), strict=False)
    same = len(entries) == len(node.entries) and all(
        new[0] is old[0] and new[1] is old[1] for new, old in held
    )
    return node if same else Mapping(entries, place=node.place, tag=node.tag)


def _scalar(node: Scalar, given: Parameters, filler: Filler) -> Scalar:
    if _OPEN not in node.text:
        return node
    return Scalar(filler.text(node.written, given), node.place, plain=node.plain, tag=node.tag)
