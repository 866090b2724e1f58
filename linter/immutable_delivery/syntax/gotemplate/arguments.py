"""Whether Go would hand a value to a function."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.values import Object, Unknown, Value, kind

Check = Callable[[Value], Value]

_FOLLOWED = {"fields", "chain"}


@lru_cache(maxsize=4096)
def checks(parameters: str, arguments: tuple[str, ...]) -> list[tuple[int, Check]]:
    """Return the arguments that have to be looked at, given the kinds of their nodes; raise FunctionError where their number is wrong."""
    fixed, rest = _declared(parameters)
    if len(arguments) < len(fixed) or (rest is None and len(arguments) > len(fixed)):
        least = "" if rest is None else "at least "
        raise FunctionError(f"takes {least}{len(fixed)} arguments, {len(arguments)} are given")
    found = []
    for index, argument in enumerate(arguments):
        type_name = fixed[index] if index < len(fixed) else str(rest)
        if type_name != "any":
            found.append((index, _check(type_name, argument)))
    return found


@lru_cache(maxsize=256)
def _declared(parameters: str) -> tuple[list[str], str | None]:
    names = parameters.split()
    if names and names[-1].endswith("*"):
        return names[:-1], names[-1][:-1]
    return names, None


def _check(type_name: str, argument: str) -> Check:
    if type_name == "map" and argument in _FOLLOWED:
        return _present_map
    if type_name == "changed-map":
        return _present_map
    if argument == "constant" and type_name in {"int", "int64", "float64"}:
        return _CONSTANTS[type_name]
    return _CHECKS[type_name]


def _refused(value: Value, wanted: str) -> FunctionError:
    if value is None:
        return FunctionError(f"needs a {wanted}, and the value is missing")
    return FunctionError(f"needs a {wanted}, and this is a {kind(value)}")


def _text(value: Value) -> Value:
    if isinstance(value, str):
        return value
    raise _refused(value, "string")


def _of_kind(*kinds: str) -> Check:
    def check(value: Value) -> Value:
        if isinstance(value, Unknown) or kind(value) in kinds:
            return value
        raise _refused(value, kinds[0])

    return check


def _map(value: Value) -> Value:
    if isinstance(value, Object) and value.entries is not None:
        return value.entries
    if value is None or isinstance(value, dict):
        return {} if value is None else value
    raise _refused(value, "map")


def _present_map(value: Value) -> Value:
    """Take a field: Go refuses one that is nil, and takes what a variable or parentheses make of it."""
    if value is None:
        raise _refused(value, "map")
    return _map(value)


def _list(value: Value) -> Value:
    if value is None or isinstance(value, list):
        return [] if value is None else value
    raise _refused(value, "list")


def _whole(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _CHECKS["int"](value)


def _floating(value: Value) -> Value:
    return (
        float(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else _CHECKS["float64"](value)
    )


_CHECKS: dict[str, Check] = {
    "string": _text,
    "int": _of_kind("int"),
    "int64": _of_kind("int64"),
    "float64": _of_kind("float64"),
    "bool": _of_kind("bool"),
    "map": _map,
    "list": _list,
}
TRUTH = _CHECKS["bool"]
"""The one check that takes what is not known: whether it is true may be."""

_CONSTANTS: dict[str, Check] = {"int": _whole, "int64": _whole, "float64": _floating}
