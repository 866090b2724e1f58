"""A YAML tree against a JSON Schema: every misfit with its own place, in words for the person who edits.

Only the keywords that our schemas use; jsonschema knows them all but no places, and takes 100 ms to import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from difflib import get_close_matches
from typing import Any

from immutable_delivery.formats.yamltree import Mapping, Node, Scalar, Sequence
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record
from immutable_delivery.text import Place

_PLAIN = (
    ("boolean", lazy(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    ("integer", lazy(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")),
    ("number", lazy(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")),
    ("number", lazy(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")),
)
"""What plain scalars mean in YAML's core schema, where it is no text."""

_ALIKE = 0.6
_NAMES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "null": "nothing", "array": "a list", "object": "a mapping",
}  # fmt: skip


class Misfit(Record, frozen=True):
    """One place where a document does not fit: the keyword of the schema that it breaks, and what to say."""

    path: str
    keyword: str
    text: str
    place: Place
    node: Node | None = None


def misfits(node: Node, schema: AnyMapping[str, Any], path: str = "") -> Iterator[Misfit]:
    """Yield what in ``node`` does not fit ``schema``, in the order of the document."""
    allowed = _allowed(schema)
    found = type_of(node)
    if allowed and found not in allowed and not (found == "integer" and "number" in allowed):
        yield Misfit(path, "type", _type_text(path, allowed, found, node), node.place, node)
    elif isinstance(node, Mapping):
        yield from _mapping(node, schema, path)
    elif isinstance(node, Sequence):
        yield from _sequence(node, schema, path)
    else:
        yield from _scalar(node, schema, path, found)


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


def head(node: Node) -> Place:
    """Return where a node begins for a reader: a mapping at its first key."""
    first = next(iter(node.entries.values()), None) if isinstance(node, Mapping) else None
    return first[0].place if first else node.place


def _allowed(schema: AnyMapping[str, Any]) -> tuple[str, ...]:
    allowed = schema.get("type", ())
    return (allowed,) if isinstance(allowed, str) else tuple(allowed)


def _mapping(node: Mapping, schema: AnyMapping[str, Any], path: str) -> Iterator[Misfit]:
    properties: AnyMapping[str, Any] = schema.get("properties", {})
    absent = [name for name in schema.get("required", ()) if name not in node.entries]
    free = [lazy(pattern) for pattern in schema.get("patternProperties", {})]
    rest = schema.get("additionalProperties", True)
    for name, (key, value) in node.entries.items():
        inner = f"{path}.{name}" if path else name
        if name in properties:
            yield from misfits(value, properties[name], inner)
        elif any(pattern.search(name) for pattern in free) or rest is True:
            continue
        elif rest is False:
            meant = _meant(name, properties, node)
            absent = [other for other in absent if other != meant]
            text = _unknown(name, meant, properties)
            yield Misfit(inner, "additionalProperties", text, key.place, value)
        else:
            yield from misfits(value, rest, inner)
    for name in absent:
        yield Misfit(path, "required", _missing(name, properties), head(node), node)


def _sequence(node: Sequence, schema: AnyMapping[str, Any], path: str) -> Iterator[Misfit]:
    if len(node.items) < schema.get("minItems", 0):
        yield Misfit(path, "minItems", f"`{path}` is an empty list", node.place, node)
    items = schema.get("items")
    if items is not None:
        for index, item in enumerate(node.items):
            yield from misfits(item, items, f"{path}[{index}]")


def _scalar(node: Scalar, schema: AnyMapping[str, Any], path: str, found: str) -> Iterator[Misfit]:
    text = node.text
    if found == "string":
        if len(text) < schema.get("minLength", 0):
            yield Misfit(path, "minLength", f"`{path}` is empty", node.place, node)
        elif "pattern" in schema and not re.search(schema["pattern"], text):
            yield Misfit(
                path,
                "pattern",
                f"`{path}` cannot be `{text}`: {_purpose(schema)}",
                node.place,
                node,
            )
    elif found == "integer":
        number = int(text, 0) if text[:2] in {"0o", "0x"} else int(text[:20])
        low, high = schema.get("minimum", number), schema.get("maximum", number)
        if not low <= number <= high:
            limit = f"at least {low}" if number < low else f"at most {high}"
            yield Misfit(
                path,
                "minimum" if number < low else "maximum",
                f"`{path}` is {text}, but must be {limit}",
                node.place,
                node,
            )


def _type_text(path: str, allowed: tuple[str, ...], found: str, node: Node) -> str:
    wanted = " or ".join(_NAMES[name] for name in allowed)
    what = f"`{path}`" if path else "the document"
    if isinstance(node, Scalar) and allowed == ("string",) and found not in {"string", "null"}:
        return f'{what} must be text, and `{node.text}` is {_NAMES[found]}: write "{node.text}"'
    return f"{what} must be {wanted}, not {_NAMES[found]}"


def _meant(name: str, properties: AnyMapping[str, Any], node: Mapping) -> str:
    """Return the key that was probably meant, "" where none is close."""
    free = [known for known in properties if known not in node.entries]
    return next(iter(get_close_matches(name, free, 1, _ALIKE)), "")


def _unknown(name: str, meant: str, properties: AnyMapping[str, Any]) -> str:
    hint = f"do you mean `{meant}`?" if meant else "known here: " + ", ".join(properties)
    return f"unknown key `{name}`: {hint}"


def _missing(name: str, properties: AnyMapping[str, Any]) -> str:
    return f"`{name}` is missing: {_purpose(properties.get(name, {}))}"


def _purpose(schema: AnyMapping[str, Any]) -> str:
    """Return the first sentence of the description, as the second half of a sentence."""
    sentence = re.split(r"[.:;](?:\s|$)", schema.get("description", ""), maxsplit=1)[0]
    return sentence[:1].lower() + sentence[1:]
