"""What a value is."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.equality import deep_equal
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.typenames import type_name
from immutable_delivery.syntax.gotemplate.values import Unknown, Value, kind


def _type_of(value: Value) -> Value:
    return value if isinstance(value, Unknown) else type_name(value)


def _kind_of(value: Value) -> Value:
    return value if isinstance(value, Unknown) else kind(value)


def _type_is(wanted: str, value: Value) -> Value:
    return value if isinstance(value, Unknown) else wanted == type_name(value)


def _type_is_like(wanted: str, value: Value) -> Value:
    return value if isinstance(value, Unknown) else wanted == type_name(value).removeprefix("*")


def _kind_is(wanted: str, value: Value) -> Value:
    return value if isinstance(value, Unknown) else wanted == kind(value)


TYPES = {
    "deepEqual": Function(deep_equal, "any any", running=True),
    "kindIs": Function(_kind_is, "string any", unknowns=True),
    "kindOf": Function(_kind_of, "any", unknowns=True),
    "typeIs": Function(_type_is, "string any", unknowns=True),
    "typeIsLike": Function(_type_is_like, "string any", unknowns=True),
    "typeOf": Function(_type_of, "any", unknowns=True),
}
