"""TOML, read by Python and written as BurntSushi's encoder writes it."""

from __future__ import annotations

from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.jsonwriter import MAX_DEPTH, to_json
from immutable_delivery.syntax.gotemplate.printing import number, scalar
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import UNKNOWN, Hole, Partial, joined
from immutable_delivery.syntax.gotemplate.values import Unknown, Value

_BARE = lazy(r"[A-Za-z0-9_-]+\Z")


def from_toml(text: str) -> Value:
    """Return the value of a TOML text; raise FunctionError."""
    import tomllib  # noqa: PLC0415 (hardly a chart brings TOML)

    try:
        return tomllib.loads(str(text))
    except (ValueError, RecursionError) as error:
        raise FunctionError(f"is no TOML: {error}") from None


def to_toml(value: Value, budget: Budget) -> str:
    """Return a map as TOML."""
    if isinstance(value, Unknown):
        return Partial(UNKNOWN, Hole(value.place))
    if not isinstance(value, dict):
        raise FunctionError("only a map can be written as TOML")
    parts: list[str] = []
    _table(value, (), parts, budget)
    return joined(parts)


def _table(value: dict[str, Any], path: tuple[str, ...], parts: list[str], budget: Budget) -> None:
    budget.items(len(value) + 1)
    if len(path) > MAX_DEPTH:
        raise FunctionError("a value is nested too deeply")
    pad = "  " * max(len(path) - 0, 0)
    simple = {key: each for key, each in sorted(value.items()) if not _nested(each)}
    for key, each in simple.items():
        if each is not None:
            parts += [pad, _name(key), " = ", _inline(each, budget, 0), "\n"]
    for key, each in sorted(value.items()):
        if key not in simple:
            _below((*path, key), each, parts, budget)


def _nested(value: Value) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    )


def _below(path: tuple[str, ...], value: Any, parts: list[str], budget: Budget) -> None:
    name, pad = ".".join(map(_name, path)), "  " * (len(path) - 1)
    for each in value if isinstance(value, list) else [value]:
        header = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
        parts.append(f"{chr(10) if parts else ''}{pad}{header}\n")
        _table(each, path, parts, budget)


def _name(key: str) -> str:
    return key if _BARE.match(key) else f'"{key}"'


def _inline(value: Any, budget: Budget, depth: int) -> str:
    if value is None or depth > MAX_DEPTH:
        raise FunctionError("TOML cannot hold a list with nothing in it, or deeper than this")
    if isinstance(value, Unknown):
        return Partial(UNKNOWN, Hole(value.place))
    if isinstance(value, list):
        budget.items(len(value) + 1)
        items = [text for each in value for text in (", ", _inline(each, budget, depth + 1))]
        return joined(["[", *items[1:], "]"])
    if isinstance(value, dict):
        items = [
            text
            for key, each in sorted(value.items())
            for text in (", ", f"{_name(key)} = ", _inline(each, budget, depth + 1))
        ]
        return joined(["{", *items[1:], "}"])
    if isinstance(value, str):
        return to_json(value, budget, html=False)
    if isinstance(value, float):
        text = number(value)
        return text if any(char in text for char in ".eIN") else f"{text}.0"
    return scalar(value)
