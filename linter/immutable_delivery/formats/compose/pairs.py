"""`KEY=value` lists and mappings, which mean the same in Compose."""

from __future__ import annotations

from immutable_delivery.source.located import Written
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence


def paired(node: Node) -> Mapping:
    """Return a list of `KEY=value` (or a mapping) as a mapping; a key alone has null for its value."""
    if isinstance(node, Mapping):
        return node
    entries: dict[str, tuple[Scalar, Node]] = {}
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar) and not item.null:
                key, value = _pair(item)
                entries[key.text] = (key, value)
    return Mapping(entries, place=node.place)


def as_mapping(node: Node) -> Mapping:
    """Return a list of names as a mapping without values."""
    if not isinstance(node, Sequence):
        return node if isinstance(node, Mapping) else Mapping(place=node.place)
    names = [item for item in node.items if isinstance(item, Scalar)]
    return Mapping({name.text: (name, _nothing(name)) for name in names}, place=node.place)


def _pair(item: Scalar) -> tuple[Scalar, Scalar]:
    written = item.written
    cut = item.text.find("=")
    if cut < 0:
        return item, _nothing(item)
    return _part(written.slice(0, cut)), _part(written.slice(cut + 1))


def _part(written: Written) -> Scalar:
    return Scalar(written, written.whole, plain=False)


def _nothing(beside: Scalar) -> Scalar:
    """Return the null that stands behind a key without a value."""
    place = beside.place.at(beside.place.span.end, beside.place.span.end)
    return Scalar(Written("", (), place), place)
