"""A template filled with parameters: `{{ name }}` by the name of a parameter, wherever text stands."""

from __future__ import annotations

import re

from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence

_TAG = lazy(r"\{\{(?P<name>.*?)\}\}", re.DOTALL)
_OPEN = "{{"


def filled_tree(node: Node, given: Parameters, *, go: bool) -> Node:
    """Return a tree with every text filled; what has no placeholder stays the object that it is."""
    if isinstance(node, Scalar):
        return _scalar(node, given, go=go)
    if isinstance(node, Sequence):
        items = [filled_tree(one, given, go=go) for one in node.items]
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else replace(node, items=items)
    entries = {}
    for name, (key, value) in node.entries.items():
        new = _scalar(key, given, go=go) if _OPEN in name else key
        entries[new.text] = (new, filled_tree(value, given, go=go))
    same = all(entries.get(name) == held for name, held in node.entries.items())
    return node if same else Mapping(entries, place=node.place, tag=node.tag)


def _scalar(node: Scalar, given: Parameters, *, go: bool) -> Scalar:
    if _OPEN not in node.text:
        return node
    if go:
        tags = tuple(dict.fromkeys(found[0] for found in _TAG.finditer(node.text)))
        return Scalar(replace(node.written, unresolved=tags), node.place, plain=node.plain)

    def give(found: re.Match[str], _: LocatedText) -> LocatedText | None:
        value = given.values.get(found["name"].strip())
        return value.written if isinstance(value, Scalar) else None

    return Scalar(filled(node.written, _TAG, give), node.place, plain=node.plain, tag=node.tag)
