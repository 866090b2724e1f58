"""Trees and data against a JSON Schema: jsonschema judges, and every misfit is told at its own place.

jsonschema takes longer to import than most runs take, so what fitted before is known by its content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from immutable_delivery import validity
from immutable_delivery.errors import Fault
from immutable_delivery.resources import shipped
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping as YamlMapping
from immutable_delivery.syntax.yaml import Node, documents
from immutable_delivery.syntax.yaml import Sequence as YamlList
from immutable_delivery.syntax.yaml.values import plain

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

    from immutable_delivery.syntax.yaml.schema_errors import Broken, SchemaError


class Schema:
    """A JSON Schema by its text: it is only decoded where something has to be validated."""

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Schema:
        """Return the schema that plain data says."""
        return cls(msgspec.json.encode(data).decode())

    def fits(self, data: Any) -> bool:
        """Tell whether plain data fits."""
        mark = validity.mark_of(self.text, data)
        if validity.marked(mark):
            return True
        valid = self._validator.is_valid(data)
        if valid:
            validity.leave(mark)
        return valid

    def misfits(self, node: Node) -> list[SchemaError]:
        """Return what in a tree does not fit, in the order of the document."""
        data = plain(node)
        if self.fits(data):
            return []
        from immutable_delivery.syntax.yaml.schema_errors import told  # noqa: PLC0415 (only to word an error)

        found = told(_broken(node, self._validator.iter_errors(data)))
        return sorted(found, key=lambda one: (one.place.span.start, one.path))

    def faults(self, text: Text, root: Node) -> list[Fault]:
        """Return the misfits of a file, each at its place."""
        return [text.fault(one.place.span, one.text) for one in self.misfits(root)]

    def faults_of_json(self, text: Text) -> list[Fault]:
        """Return what in a file of JSON does not fit."""
        roots = [document.root for document in documents(text)]
        return self.faults(text, roots[0]) if roots and roots[0] is not None else []

    @cached_property
    def _validator(self) -> Validator:
        from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 (see above)

        types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
        extend: Any = validators.extend
        validator: Validator = extend(Draft202012Validator, type_checker=types)(
            msgspec.json.decode(self.text)
        )
        return validator


@cache
def schema_of(name: str) -> Schema:
    """Return the schema of this name that ships with the package."""
    return Schema(shipped("schemas", f"{name}.schema.json").decode())


def _is_integer(_: object, value: object) -> bool:
    """Tell an integer as YAML does: `1.0` is none."""
    return type(value) is int


def _broken(root: Node, errors: Iterable[ValidationError]) -> Iterator[Broken]:
    """Yield what is broken, once: every key that a mapping lacks is an error of its own."""
    seen = set()
    for error in errors:
        keys = tuple(error.absolute_path)
        one = _broken_by(error, _node_at(root, keys), _path(keys))
        known = (one.path, one.keyword, one.node.place)
        if known not in seen:
            seen.add(known)
            yield one


def _broken_by(error: ValidationError, node: Node, path: str) -> Broken:
    from immutable_delivery.syntax.yaml.schema_errors import Broken  # noqa: PLC0415 (as above)

    part = error.schema if isinstance(error.schema, dict) else {}
    if isinstance(node, YamlMapping) and "propertyNames" in error.absolute_schema_path:
        node = node.key(str(error.instance)) or node
    return Broken(node, path, str(error.validator), part)


def _node_at(root: Node, keys: Iterable[str | int]) -> Node:
    """Return the node that these keys and indexes lead to."""
    node = root
    for key in keys:
        if isinstance(node, YamlMapping):
            node = node.entries[str(key)][1]
        elif isinstance(node, YamlList):
            node = node.items[int(key)]
    return node


def _path(keys: Iterable[str | int]) -> str:
    """Return the path as a person reads it: `environments[0].name`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
