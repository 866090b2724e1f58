"""What a document breaks of its schema, in words for the person who edits it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from immutable_delivery.records import Record
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.values import type_of

_ALIKE = 0.6
_NAMES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "null": "nothing", "array": "a list", "object": "a mapping",
}  # fmt: skip


class SchemaError(Record, frozen=True):
    """One place where a document does not fit: the keyword of the schema that it breaks, and what to say."""

    path: str
    keyword: str
    text: str
    place: Place
    node: Node | None = None


class Broken(Record, frozen=True):
    """A keyword of a schema that a node breaks."""

    node: Node
    path: str
    keyword: str
    schema: AnyMapping[str, Any]
    """The part of the schema that speaks of the node."""

    @property
    def demand(self) -> Any:
        """What the keyword asks for."""
        return self.schema[self.keyword]

    @property
    def written(self) -> str:
        """The node as it is written, where it is a scalar."""
        return self.node.text if isinstance(self.node, Scalar) else ""

    def misfit(self, text: str, place: Place | None = None) -> SchemaError:
        """Return what to say, at the node unless another place is named."""
        return SchemaError(self.path, self.keyword, text, place or self.node.place, self.node)


def told(broken: Iterable[Broken]) -> Iterator[SchemaError]:
    """Yield what to say of everything that is broken."""
    for one in broken:
        yield from _WORDS.get(one.keyword, _otherwise)(one)


def _unknown_keys(broken: Broken) -> Iterator[SchemaError]:
    properties, inside = broken.schema.get("properties", {}), broken.node
    if not isinstance(inside, Mapping):
        return
    for name, meant in _meant(inside, broken.schema).items():
        hint = f"do you mean `{meant}`?" if meant else "known here: " + ", ".join(properties)
        key, value = inside.entries[name]
        path = f"{broken.path}.{name}" if broken.path else name
        text = f"unknown key `{name}`: {hint}"
        yield SchemaError(path, broken.keyword, text, key.place, value)


def _meant(node: Mapping, schema: AnyMapping[str, Any]) -> dict[str, str]:
    """Return the keys that a mapping may not have, each with the one that was probably meant, "" where none is close."""
    properties = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    if schema.get("additionalProperties", True) is not False:
        return {}
    unknown = [
        name
        for name in node.entries
        if name not in properties and not any(re.search(pattern, name) for pattern in patterns)
    ]
    free = [name for name in properties if name not in node.entries]
    return {name: next(iter(get_close_matches(name, free, 1, _ALIKE)), "") for name in unknown}


def _missing(broken: Broken) -> Iterator[SchemaError]:
    if not isinstance(broken.node, Mapping):
        return
    written = {*broken.node.entries, *_meant(broken.node, broken.schema).values()}
    for name in broken.demand:
        if name not in written:
            purpose = _purpose(broken.schema.get("properties", {}).get(name, {}))
            yield broken.misfit(f"`{name}` is missing: {purpose}", head(broken.node))


def _type(broken: Broken) -> Iterator[SchemaError]:
    allowed = [broken.demand] if isinstance(broken.demand, str) else broken.demand
    found = type_of(broken.node)
    what = f"`{broken.path}`" if broken.path else "the document"
    if broken.node.tag:
        text = f"{what} begins with `{broken.node.tag}`, a tag of YAML: put it into quotes"
        yield broken.misfit(text)
    elif broken.written and allowed == ["string"] and found != "null":
        yield broken.misfit(
            f'{what} must be text, and `{broken.written}` is {_NAMES[found]}: write "{broken.written}"'
        )
    else:
        wanted = " or ".join(_NAMES[name] for name in allowed)
        yield broken.misfit(f"{what} must be {wanted}, not {_NAMES[found]}")


def _empty_list(broken: Broken) -> Iterator[SchemaError]:
    yield broken.misfit(f"`{broken.path}` is an empty list")


def _empty(broken: Broken) -> Iterator[SchemaError]:
    yield broken.misfit(f"`{broken.path}` is empty")


def _pattern(broken: Broken) -> Iterator[SchemaError]:
    if broken.written or "minLength" not in broken.schema:  # that it is empty says enough
        yield broken.misfit(
            f"`{broken.path}` cannot be `{broken.written}`: {_purpose(broken.schema)}"
        )


def _choice(broken: Broken) -> Iterator[SchemaError]:
    allowed = broken.demand if broken.keyword == "enum" else [broken.demand]
    near = get_close_matches(broken.written, map(str, allowed), 1, _ALIKE)
    hint = f"do you mean `{near[0]}`?" if near else f"it can be {', '.join(map(str, allowed))}"
    yield broken.misfit(f"`{broken.path}` cannot be `{broken.written}`: {hint}")


def _too_small(broken: Broken) -> Iterator[SchemaError]:
    yield broken.misfit(
        f"`{broken.path}` is {broken.written}, but must be at least {broken.demand}"
    )


def _too_large(broken: Broken) -> Iterator[SchemaError]:
    yield broken.misfit(f"`{broken.path}` is {broken.written}, but must be at most {broken.demand}")


def _otherwise(broken: Broken) -> Iterator[SchemaError]:
    what = f"`{broken.path}`" if broken.path else "the document"
    yield broken.misfit(f"{what} does not fit: {_purpose(broken.schema)}")


def _purpose(schema: AnyMapping[str, Any]) -> str:
    """Return the first sentence of the description, as the second half of a sentence."""
    sentence = re.split(r"[.:;](?:\s|$)", schema.get("description", ""), maxsplit=1)[0]
    return sentence[:1].lower() + sentence[1:]


_WORDS: AnyMapping[str, Callable[[Broken], Iterator[SchemaError]]] = MappingProxyType({
    "additionalProperties": _unknown_keys,
    "const": _choice,
    "enum": _choice,
    "maximum": _too_large,
    "minItems": _empty_list,
    "minLength": _empty,
    "minimum": _too_small,
    "pattern": _pattern,
    "required": _missing,
    "type": _type,
})  # fmt: skip
