"""The values of charts, as they are laid over each other."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.syntax.gotemplate.values import Value
from immutable_delivery.syntax.gotemplate.yamlvalues import value_of
from immutable_delivery.syntax.yaml import Mapping, Node

Values = dict[str, Value]


def values_of(root: Node | None) -> Values:
    """Return the values of a mapping."""
    found: Values = value_of(root) if isinstance(root, Mapping) else {}
    return found


def copied(value: Value) -> Value:
    """Return another value that may be changed by itself."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def merged(old: Values, new: Values) -> Values:
    """Return values with those of a later file laid over them: mappings merge, everything else is replaced."""
    found = dict(old)
    for key, value in new.items():
        before = found.get(key)
        both = isinstance(value, dict) and isinstance(before, dict)
        found[key] = merged(before, value) if both and before is not None else value
    return found


def all_merged(layers: Iterable[Values]) -> Values:
    """Return values laid over each other, the later ones on top."""
    found: Values = {}
    for one in layers:
        found = merged(found, one)
    return found
