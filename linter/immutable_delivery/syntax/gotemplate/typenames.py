"""The names of Go's types, as `%T` and `typeOf` give them."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.values import (
    Int64,
    NamedList,
    NamedMap,
    Object,
    Unknown,
    Value,
    kind,
)


def type_name(value: Value) -> str:
    """Return the type of a value."""
    if isinstance(value, Object):
        return value.type_name
    if isinstance(value, Unknown):
        return ""
    if value is None:
        return "<nil>"
    if isinstance(value, list):
        return value.type_name if isinstance(value, NamedList) else "[]interface {}"
    if isinstance(value, dict):
        return value.type_name if isinstance(value, NamedMap) else "map[string]interface {}"
    return "int64" if isinstance(value, Int64) else kind(value)
