"""How Go prints values: `%v`, with `map[a:1]`, `1e+06` and `<nil>`."""

from __future__ import annotations

from typing import Any

from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.traced import (
    UNKNOWN,
    Derived,
    Hole,
    Partial,
    Traced,
    joined,
)
from immutable_delivery.syntax.gotemplate.values import Bool, Float, Object, Unknown, Value

NO_VALUE = "<no value>"
NIL = "<nil>"
_SMALL, _EXPONENT = -4, 6
"""From here on `%g` writes numbers with an exponent, unless their digits go on."""


def shown(value: Value, budget: Budget | None = None) -> str:
    """Return what an action prints."""
    return NO_VALUE if value is None else printed(value, budget)


def printed(value: Value, budget: Budget | None = None) -> str:
    """Return what `%v` prints, with places where the value knows them."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        parts: list[str] = []
        _collection(value, parts, budget, 0)
        return joined(parts)
    return scalar(value)


def scalar(value: Value) -> str:
    """Return what is printed of a value that holds no others."""
    if isinstance(value, (Float, Bool)):
        text = number(value) if isinstance(value, Float) else truth(value)
        return value.written if value.written == text else Traced(text, Derived(value.written))
    if isinstance(value, bool):
        return truth(value)
    if isinstance(value, float):
        return number(value)
    if value is None:
        return NIL
    if isinstance(value, Unknown):
        return Partial(UNKNOWN, Hole(value.place))
    return value.printed if isinstance(value, Object) else str(int(value))


def _collection(value: Any, parts: list[str], budget: Budget | None, depth: int) -> None:
    if budget is not None:
        budget.items(len(value) + 1)
    if depth > MAX_DEPTH:
        raise RecursionError
    entries = [("", each) for each in value] if isinstance(value, list) else _sorted(value)
    parts.append("[" if isinstance(value, list) else "map[")
    for index, (key, each) in enumerate(entries):
        parts.append(" " if index else "")
        if isinstance(value, dict):
            parts += (key, ":")
        if isinstance(each, (list, dict)):
            _collection(each, parts, budget, depth + 1)
        else:
            parts.append(each if isinstance(each, str) else scalar(each))
    parts.append("]")


MAX_DEPTH = 500
"""A value that holds itself is as deep as Python allows."""


def _sorted(value: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(value.items(), key=lambda entry: entry[0])


def truth(value: object) -> str:
    """Return a truth value as Go writes it."""
    return "true" if value else "false"


def number(value: float, verb: str = "g", precision: int = -1) -> str:
    """Return a number as Go's strconv formats it; the shortest text that means it where no precision is given."""
    if value != value:  # noqa: PLR0124 (NaN)
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "+Inf" if value > 0 else "-Inf"
    if precision >= 0:
        return f"{value:.{precision}{verb}}"
    sign, digits, exponent = shortest(value)
    if verb == "e" or (verb == "g" and not _SMALL <= exponent < _EXPONENT):
        return sign + _scientific(digits, exponent)
    return sign + positional(digits, exponent)


def shortest(value: float) -> tuple[str, str, int]:
    """Return sign, digits and decimal exponent of the shortest text that means a number."""
    mantissa, _, power = repr(float(value)).partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    if not digits:
        return sign, "0", 0
    return sign, digits, len(whole) - leading - 1 + int(power or 0)


def _scientific(digits: str, exponent: int) -> str:
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def positional(digits: str, exponent: int) -> str:
    """Return digits with a point, or zeros, where the exponent wants them."""
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    if len(digits) <= exponent + 1:
        return digits + "0" * (exponent + 1 - len(digits))
    return f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
