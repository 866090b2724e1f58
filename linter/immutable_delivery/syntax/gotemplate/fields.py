"""Fields and methods of values, as Go finds them."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.syntax.gotemplate.problems import FunctionError, TemplateError
from immutable_delivery.syntax.gotemplate.source import Spot, place_of
from immutable_delivery.syntax.gotemplate.traced import Partial
from immutable_delivery.syntax.gotemplate.values import Object, StringMap, Unknown, Value, kind


def field(value: Value, name: str, at: Spot) -> Value:
    """Return a field of a value that is no plain dictionary."""
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place)
    if isinstance(value, Object):
        return _member(value, name, at)
    if isinstance(value, dict):
        return value.get(name, "" if isinstance(value, StringMap) else None)
    if value is None:
        raise TemplateError(f"{name} is looked up in a value that is missing", place_of(at))
    raise TemplateError(
        f"{name} is looked up in a {_named(value)}, which has no fields", place_of(at)
    )


def _named(value: Value) -> str:
    return {"slice": "list", "float64": "number", "int": "number", "int64": "number"}.get(
        kind(value), kind(value)
    )


def _member(value: Object, name: str, at: Spot) -> Value:
    if name in value.methods:
        return method(value, name, (), at)
    if name in value.fields:
        return value.fields[name]
    if value.entries is not None:
        return value.entries.get(name)
    raise TemplateError(f"{value.type_name} has no field {name}", place_of(at))


def method(owner: Value, name: str, arguments: Sequence[Value], at: Spot) -> Value:
    """Return what a method gives."""
    if isinstance(owner, Unknown):
        return Unknown(owner.reason, owner.place)
    if not isinstance(owner, Object) or name not in owner.methods:
        raise TemplateError(f"{name} takes no arguments: it is no method", place_of(at))
    for argument in arguments:
        if type(argument) is Unknown or type(argument) is Partial:
            return Unknown("what something unknown was asked for")
    try:
        return owner.methods[name](*arguments)
    except FunctionError as error:
        raise TemplateError(f"{name}: {error}", place_of(at)) from None
    except TypeError:
        raise TemplateError(f"{name} is given wrong arguments", place_of(at)) from None
