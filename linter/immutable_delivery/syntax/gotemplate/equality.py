"""When Go takes two values for the same, and which is smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.typenames import type_name
from immutable_delivery.syntax.gotemplate.values import Object, Unknown, Value, kind

if TYPE_CHECKING:
    from immutable_delivery.syntax.gotemplate.execution import Run

MAX_DEPTH = 200
_BASIC = {
    "bool": "bool",
    "int": "integer",
    "int64": "integer",
    "float64": "float",
    "string": "string",
}


def deep_equal(run: Run, first: Value, second: Value, depth: int = 0) -> bool:
    """Return what reflect.DeepEqual gives: the same types, and the same in them."""
    if type_name(first) != type_name(second):
        return False
    if isinstance(first, (list, dict)):
        run.budget.items(len(first) + 1)
        if depth > MAX_DEPTH:
            raise FunctionError("a value is nested too deeply")
        if len(first) != len(second):
            return False
        if isinstance(first, dict):
            return all(
                key in second and deep_equal(run, value, second[key], depth + 1)
                for key, value in first.items()
            )
        return all(deep_equal(run, *pair, depth + 1) for pair in zip(first, second, strict=True))
    return first is second if isinstance(first, Object) else bool(first == second)


def equal(value: Value, *others: Value) -> bool:
    """Return whether a value equals one of the others."""
    if not others:
        raise FunctionError("has nothing to compare with")
    if isinstance(value, (list, dict)) and others == (None,) * len(others):
        return False
    first = _basic(value)
    return any(_same(value, first, other) for other in others)


def _basic(value: Value) -> str | None:
    if value is None:
        return None
    if isinstance(value, (list, dict)):
        raise FunctionError(f"cannot compare values of the type {type_name(value)}")
    return _BASIC.get(kind(value), type_name(value))


def _same(value: Value, first: str | None, other: Value) -> bool:
    if isinstance(other, (list, dict)) and first is None:
        return False
    second = _basic(other)
    if first is None or second is None:
        return first is second
    if first != second:
        raise FunctionError(f"cannot compare {type_name(value)} with {type_name(other)}")
    return bool(value == other)


def not_equal(value: Value, other: Value) -> bool:
    """Return whether two values differ."""
    return not equal(value, other)


def less(value: Value, other: Value) -> bool:
    """Return whether a value is smaller than another."""
    first, second = _ordered(value), _ordered(other)
    if first != second:
        raise FunctionError(f"cannot compare {type_name(value)} with {type_name(other)}")
    return bool(value < other)


def _ordered(value: Value) -> str:
    found = _BASIC.get(kind(value)) if not isinstance(value, Unknown) else None
    if found is None or found == "bool":
        raise FunctionError(f"cannot order values of the type {type_name(value)}")
    return found


def less_or_equal(value: Value, other: Value) -> bool:
    """Return whether a value is not greater than another."""
    return less(value, other) or equal(value, other)


def greater(value: Value, other: Value) -> bool:
    """Return whether a value is greater than another."""
    return not less_or_equal(value, other)


def greater_or_equal(value: Value, other: Value) -> bool:
    """Return whether a value is not smaller than another."""
    return not less(value, other)
