"""The files that speak to imd, and what their schemas say of what may stand where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from immutable_delivery.policy.load import GROUP
from immutable_delivery.records import Record
from immutable_delivery.resources import shipped

_NAMED = {
    ".imd.yaml": "config", ".imd.yml": "config", "delivery.yaml": "contract", "delivery.yml": "contract",
}  # fmt: skip
_CHOICE = re.compile(r"\^\((\w+(?:\|\w+)+)\)")


def schema_of(path: str, *, policies: bool) -> str:
    """Return the schema that a file has to fit, "" for a file of other tools; ``policies`` tells whether it lies among them."""
    name = path.rpartition("/")[2]
    if policies and name.endswith((".yaml", ".yml")):
        return "policygroup" if name == GROUP else "policy"
    return _NAMED.get(name, "")


class Part(Record, frozen=True):
    """A part of a schema: of one key, or of the items of its list."""

    node: Mapping[str, Any]
    root: Mapping[str, Any]

    @property
    def about(self) -> str:
        """What it is, for a person."""
        return str(self.node.get("description") or self._own.get("description", ""))

    @property
    def _own(self) -> Mapping[str, Any]:
        """The part without the references and lists around it."""
        node = self.node
        while "$ref" in node or ("items" in node and "properties" not in node):
            node = self._defined(node["$ref"]) if "$ref" in node else node["items"]
        return node

    def _defined(self, reference: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.root["$defs"][reference.rpartition("/")[2]]
        return found

    def inside(self, key: str) -> Part:
        """Return what a key holds."""
        own = self._own
        fitting = (
            node for pattern, node in own.get("patternProperties", {}).items() if re.search(pattern, key)
        )  # fmt: skip
        other = own.get("additionalProperties")
        found = own.get("properties", {}).get(key) or next(fitting, other)
        return Part(found if isinstance(found, dict) else {}, self.root)

    def entries(self) -> Iterator[tuple[str, str]]:
        """Yield the keys that it may hold, and what each is."""
        for name in self._own.get("properties", {}):
            yield name, self.inside(name).about
        for name in self._own.get("propertyNames", {}).get("enum", ()):
            yield name, self.inside(name).about

    def choices(self) -> Iterator[str]:
        """Yield the values that it may have, or some of them, where it says so."""
        own = self._own
        yield from (str(value) for value in own.get("enum", own.get("examples", ())) if value != "")
        if own.get("type") == "boolean":
            yield from ("true", "false")
        if choice := _CHOICE.match(own.get("pattern", "")):
            yield from choice[1].split("|")


@cache
def root(schema: str) -> Part:
    """Return a whole schema."""
    node = msgspec.json.decode(shipped("schemas", f"{schema}.schema.json"))
    return Part(node, node)


def at(schema: str, keys: tuple[str, ...]) -> Part:
    """Return the part that these keys lead to."""
    part = root(schema)
    for key in keys:
        part = part.inside(key)
    return part
