"""Arithmetic: on int64 that wraps around, and on floats by way of decimals."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal
from functools import reduce

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.conversion import to_float, to_int, wrapped
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.printing import printed
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.values import Int64, IntList, Value

_MOST_PLACES = 300
_DECIMALS = Context(prec=32)


def _int(value: Value) -> int:
    return to_int(value)


def _int64(value: Value) -> Int64:
    return Int64(to_int(value))


def _atoi(text: str) -> int:
    try:
        found = int(text) if text.strip() == text and "_" not in text else 0
    except ValueError:
        return 0
    return found if -(2**63) <= found < 2**63 else (2**63 - 1 if found > 0 else -(2**63))


def _to_decimal(value: Value) -> Int64:
    try:
        return Int64(wrapped(int(printed(value)[:40], 8)))
    except ValueError:
        return Int64(0)


def _add(*values: Value) -> Int64:
    return Int64(wrapped(sum(map(to_int, values))))


def _add1(value: Value) -> Int64:
    return _add(value, 1)


def _sub(first: Value, second: Value) -> Int64:
    return Int64(wrapped(to_int(first) - to_int(second)))


def _mul(first: Value, *others: Value) -> Int64:
    return Int64(reduce(lambda found, each: wrapped(found * to_int(each)), others, to_int(first)))


def _div(first: Value, second: Value) -> Int64:
    return Int64(_quotient(to_int(first), to_int(second))[0])


def _mod(first: Value, second: Value) -> Int64:
    return Int64(_quotient(to_int(first), to_int(second))[1])


def _quotient(first: int, second: int) -> tuple[int, int]:
    """Divide as Go does: towards zero."""
    if second == 0:
        raise FunctionError("divides by zero")
    quotient = wrapped(abs(first) // abs(second) * (1 if (first < 0) == (second < 0) else -1))
    return quotient, wrapped(first - quotient * second)


def _decimal(operation: str, values: tuple[Value, ...]) -> float:
    found = Decimal(repr(to_float(values[0])))
    for value in values[1:]:
        try:
            found = getattr(_DECIMALS, operation)(found, Decimal(repr(to_float(value))))
        except ArithmeticError:
            raise FunctionError("divides by zero, or leaves what numbers can be") from None
    return float(found)


def _addf(*values: Value) -> float:
    return _decimal("add", (0.0, *values))


def _add1f(value: Value) -> float:
    return _addf(value, 1.0)


def _subf(first: Value, *others: Value) -> float:
    return _decimal("subtract", (first, *others))


def _mulf(first: Value, *others: Value) -> float:
    return _decimal("multiply", (first, *others))


def _divf(first: Value, *others: Value) -> float:
    return _decimal("divide", (first, *others))


def _max(first: Value, *others: Value) -> Int64:
    return Int64(max(map(to_int, (first, *others))))


def _min(first: Value, *others: Value) -> Int64:
    return Int64(min(map(to_int, (first, *others))))


def _maxf(first: Value, *others: Value) -> float:
    return max(map(to_float, (first, *others)))


def _minf(first: Value, *others: Value) -> float:
    return min(map(to_float, (first, *others)))


def _ceil(value: Value) -> float:
    return _whole(math.ceil, to_float(value))


def _floor(value: Value) -> float:
    return _whole(math.floor, to_float(value))


def _whole(rounding: Callable[[float], int], value: float) -> float:
    return float(rounding(value)) if math.isfinite(value) else value


def _round(value: Value, places: int, *given: Value) -> float:
    half = to_float(given[0]) if given else 0.5
    number = to_float(value)
    if not math.isfinite(number) or abs(places) > _MOST_PLACES:
        return number
    power = math.pow(10, places)
    digit = power * number
    if not math.isfinite(digit):
        return number
    part = math.modf(digit)[0]
    return (math.ceil(digit) if part >= half else math.floor(digit)) / power


def _until(run: Run, count: int) -> list[int]:
    return _steps(run, 0, count, -1 if count < 0 else 1)


def _until_step(run: Run, start: int, stop: int, step: int) -> list[int]:
    return _steps(run, start, stop, step)


def _steps(run: Run, start: int, stop: int, step: int) -> list[int]:
    if step == 0 or (stop < start and step >= 0) or (stop >= start and step < 0):
        return IntList()
    numbers = range(start, stop, step)
    run.budget.items(_length(numbers))
    return IntList(numbers)


def _length(numbers: range) -> int:
    return max(
        0,
        (numbers.stop - numbers.start + numbers.step - (1 if numbers.step > 0 else -1))
        // numbers.step,
    )


def _seq(run: Run, *given: Value) -> str:
    bounds = [to_int(value) for value in given]
    match bounds:
        case [end]:
            first, step, last = 1, -1 if end < 1 else 1, end
        case [start, end]:
            first, step, last = start, -1 if end < start else 1, end
        case [start, step, end]:
            first, last = start, end
            if step == 0 or (step > 0) != (end >= start):
                return ""
        case _:
            return ""
    numbers = _steps(run, first, last + (1 if step > 0 else -1), step)
    return " ".join(map(str, numbers))


NUMBERS = {
    "add": Function(_add),
    "add1": Function(_add1, "any"),
    "add1f": Function(_add1f, "any"),
    "addf": Function(_addf),
    "atoi": Function(_atoi, "string"),
    "biggest": Function(_max, "any any*"),
    "ceil": Function(_ceil, "any"),
    "div": Function(_div, "any any"),
    "divf": Function(_divf, "any any*"),
    "float64": Function(to_float, "any"),
    "floor": Function(_floor, "any"),
    "int": Function(_int, "any"),
    "int64": Function(_int64, "any"),
    "max": Function(_max, "any any*"),
    "maxf": Function(_maxf, "any any*"),
    "min": Function(_min, "any any*"),
    "minf": Function(_minf, "any any*"),
    "mod": Function(_mod, "any any"),
    "mul": Function(_mul, "any any*"),
    "mulf": Function(_mulf, "any any*"),
    "round": Function(_round, "any int any*"),
    "seq": Function(_seq, "int*", running=True),
    "sub": Function(_sub, "any any"),
    "subf": Function(_subf, "any any*"),
    "toDecimal": Function(_to_decimal, "any"),
    "until": Function(_until, "int", running=True),
    "untilStep": Function(_until_step, "int int int", running=True),
}
