"""Variables and inputs: what the files themselves give them."""

from __future__ import annotations

import re

from immutable_delivery.jobs.spec import Values
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import pairs, scalar

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


def with_inputs(root: Mapping, declared: Node | None) -> Mapping:
    """Return a configuration with the defaults of its inputs."""
    defaults = {
        key.text: found.written
        for key, node in pairs(declared)
        if (found := scalar(node, "default"))
    }
    return _filled(root, defaults) if declared is not None else root


def _filled(node: Mapping, defaults: Values) -> Mapping:
    entries = {name: (key, _node(value, defaults)) for name, (key, value) in node.entries.items()}
    return replace(node, entries=entries)


def _node(node: Node, defaults: Values) -> Node:
    if isinstance(node, Mapping):
        return _filled(node, defaults)
    if isinstance(node, Sequence):
        return replace(node, items=[_node(item, defaults) for item in node.items])
    if "$[[" not in node.text:
        return node
    text = filled(node.written, _INPUT, lambda found, _own: defaults.get(found[1]))
    return Scalar(text, node.place, plain=node.plain, tag=node.tag)
