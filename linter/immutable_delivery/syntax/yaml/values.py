"""What plain scalars mean in YAML's core schema, and trees as plain data."""

from __future__ import annotations

from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml.nodes import Mapping, Node, Scalar, Sequence

_PLAIN = (
    ("boolean", lazy(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    ("integer", lazy(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")),
    ("number", lazy(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")),
    ("number", lazy(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")),
)
"""What plain scalars are, where they are no text."""

_DIGITS = 20
"""More say nothing: whoever compares the number has enough of them."""


def type_of(node: Node) -> str:
    """Return the JSON type of a node, by YAML's core schema."""
    if isinstance(node, Mapping):
        return "object"
    if isinstance(node, Sequence):
        return "array"
    if node.null:
        return "null"
    return (
        next((name for name, form in _PLAIN if form.match(node.text)), "string")
        if node.plain
        else "string"
    )


def plain(node: Node | None) -> Any:
    """Return a node as plain data, by YAML's core schema."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None if node is None else _value(node)


def _value(scalar: Scalar) -> Any:
    match type_of(scalar):
        case "null":
            return None
        case "boolean":
            return scalar.text.lower() == "true"
        case "integer":
            return _integer(scalar.text)
        case "number":
            return float(scalar.text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        case _:
            return scalar.text


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text[:_DIGITS])
