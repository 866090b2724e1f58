"""Functions that choose a value."""

from __future__ import annotations

from typing import NoReturn

from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import UNKNOWN, Partial
from immutable_delivery.syntax.gotemplate.values import Object, Unknown, Value


def present(value: Value) -> bool | None:
    """Return whether a value is not empty; None where nobody knows."""
    if isinstance(value, Unknown):
        return value.truth
    if type(value) is Partial:
        return True if value.replace(UNKNOWN, "") else None
    if isinstance(value, Object):
        return value.entries is None or bool(value.entries)
    return bool(value)


def _default(fallback: Value, *given: Value) -> Value:
    if not given:
        return fallback
    value = given[0]
    known = present(value)
    if known is None:
        return _either(value)
    return value if known else fallback


def _either(value: Value) -> Unknown:
    """Return what is left where a value may be empty."""
    return value if isinstance(value, Unknown) else Unknown("a text that is known in part")


def _empty(value: Value) -> Value:
    known = present(value)
    return _either(value) if known is None else not known


def _coalesce(*values: Value) -> Value:
    for value in values:
        known = present(value)
        if known is None:
            return _either(value)
        if known:
            return value
    return None


def _all(*values: Value) -> Value:
    return _quantified(values, decides=False)


def _any(*values: Value) -> Value:
    return _quantified(values, decides=True)


def _quantified(values: tuple[Value, ...], *, decides: bool) -> Value:
    known = [present(value) for value in values]
    if decides in known:
        return decides
    if None in known:
        return _either(values[known.index(None)])
    return not decides


def _ternary(first: Value, second: Value, condition: Value) -> Value:
    if isinstance(condition, Unknown) and condition.truth is None:
        return Unknown(condition.reason, condition.place)
    return first if condition else second


def _fail(message: str) -> NoReturn:
    raise FunctionError(str(message))


def _required(message: str, value: Value) -> Value:
    if value is None or (isinstance(value, str) and not value):
        raise FunctionError(str(message))
    return value


DEFAULTS = {
    "all": Function(_all, unknowns=True),
    "any": Function(_any, unknowns=True),
    "coalesce": Function(_coalesce, unknowns=True),
    "default": Function(_default, "any any*", unknowns=True),
    "empty": Function(_empty, "any", unknowns=True),
    "fail": Function(_fail, "string"),
    "required": Function(_required, "string any", unknowns=True),
    "ternary": Function(_ternary, "any any bool", unknowns=True),
}
