"""Variables and inputs: what the files themselves give them."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping

from immutable_delivery.jobs.spec import Values
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, pairs, scalar

_REFERENCE = lazy(r"\$\$|\$\{(\w+)\}|\$(\w+)|%(\w+)%")
_INPUT = lazy(r"\$\[\[\s*inputs\.([\w-]+)[^\]]*\]\]")
MAX_DEPTH = 10


def variables(node: Node | None) -> dict[str, LocatedText | None]:
    """Return the variables of a configuration or a job; one that a person gives may have any value."""
    found: dict[str, LocatedText | None] = {}
    for key, value in pairs(node, "variables"):
        said = value if isinstance(value, Scalar) else scalar(value, "value")
        found[key.text] = said.written if said is not None else None
    return found


def expanded(written: LocatedText, values: Values, depth: int = 0) -> LocatedText:
    """Return a text with its variables filled in; what nothing here gives a value is unresolved."""
    if "$" not in written.text and "%" not in written.text:
        return written

    def give(found: re.Match[str], own: LocatedText) -> LocatedText | None:
        if found[0] == "$$":
            return unaligned("$", own)
        value = values.get(found[1] or found[2] or found[3])
        if value is None or depth > MAX_DEPTH:
            return None
        return expanded(value, values, depth + 1)

    return filled(written, _REFERENCE, give)


def with_inputs(root: Mapping, declared: Node | None, given: Mapping | None) -> Mapping:
    """Return a configuration with its inputs: what they are given, else their defaults."""
    inputs: dict[str, Node] = {}
    for key, node in pairs(declared):
        value = find(given, key.text) or find(node, "default")
        if value is not None:
            inputs[key.text] = value
    return _filled(root, inputs) if declared is not None else root


Inputs = AnyMapping[str, Node]


def _filled(node: Mapping, inputs: Inputs) -> Mapping:
    entries: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.entries.values():
        name = _scalar(key, inputs)
        entries[name.text] = (name, _node(value, inputs))
    return replace(node, entries=entries)


def _node(node: Node, inputs: Inputs) -> Node:
    if isinstance(node, Mapping):
        return _filled(node, inputs)
    if isinstance(node, Sequence):
        return replace(node, items=[_node(item, inputs) for item in node.items])
    whole = _INPUT.fullmatch(node.text)
    value = inputs.get(whole[1]) if whole else None
    return value if isinstance(value, Sequence | Mapping) else _scalar(node, inputs)


def _scalar(node: Scalar, inputs: Inputs) -> Scalar:
    """Return a text with the inputs that it names filled in."""
    if "$[[" not in node.text:
        return node

    def give(found: re.Match[str], _own: LocatedText) -> LocatedText | None:
        value = inputs.get(found[1])
        return value.written if isinstance(value, Scalar) else None

    return Scalar(filled(node.written, _INPUT, give), node.place, plain=node.plain, tag=node.tag)
