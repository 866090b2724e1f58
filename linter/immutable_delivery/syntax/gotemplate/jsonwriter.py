"""JSON as Go's encoding/json writes it."""

from __future__ import annotations

import math
from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.printing import number, positional, scalar, shortest
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import UNKNOWN, Hole, Partial, derived, joined
from immutable_delivery.syntax.gotemplate.values import Bool, Float, Object, Unknown, Value

MAX_DEPTH = 200
_SMALLEST, _GREATEST = 1e-6, 1e21
"""Between them numbers are written without an exponent."""

_SPECIAL = lazy(r'["\\\x00-\x1f\u2028\u2029]')
_HTML = lazy(r'["\\\x00-\x1f\u2028\u2029<>&]')
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


def to_json(value: Value, budget: Budget, *, html: bool = True, indent: str = "") -> str:
    """Return a value as JSON."""
    parts: list[str] = []
    _Writer(parts, budget, html=html, indent=indent).write(value, "\n" if indent else "", 0)
    return joined(parts)


def json_number(value: float) -> str:
    """Return a number as JSON has it: with an exponent only where it is very large or very small."""
    if not math.isfinite(value):
        raise FunctionError("JSON has no infinite numbers")
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if _SMALLEST <= abs(value) < _GREATEST:
        sign, digits, exponent = shortest(value)
        return sign + positional(digits, exponent)
    text = number(value, "e")
    return f"{text[:-2]}{text[-1]}" if text[-4:-1] == "e-0" else text


class _Writer:
    """Writes one value."""

    def __init__(self, parts: list[str], budget: Budget, *, html: bool, indent: str) -> None:
        self._parts = parts
        self._budget = budget
        self._special = _HTML if html else _SPECIAL
        self._indent = indent

    def write(self, value: Any, line: str, depth: int) -> None:
        if isinstance(value, Object):
            value = value.entries if value.entries is not None else value.fields
        if isinstance(value, (dict, list)):
            self._budget.items(len(value) + 1)
            if depth > MAX_DEPTH:
                raise FunctionError("a value is nested too deeply")
            self._collection(value, line, depth)
        elif isinstance(value, str):
            self._text(value)
        else:
            self._parts.append(self._scalar(value))

    def _scalar(self, value: Value) -> str:
        if value is None:
            return "null"
        if isinstance(value, Unknown):
            return Partial(UNKNOWN, Hole(value.place))
        if isinstance(value, float):
            text = json_number(value)
            return derived(text, value.written) if isinstance(value, Float) else text
        return scalar(value) if isinstance(value, (bool, Bool)) else str(int(value))

    def _text(self, value: str) -> None:
        found = self._special.sub(lambda match: _escape(match[0]), value)
        if found == value:
            self._parts += ['"', value, '"']
        elif isinstance(value, Partial):
            self._parts += ['"', Partial(found, Hole()), '"']
        else:
            self._parts += ['"', derived(found, value), '"']

    def _collection(self, value: Any, line: str, depth: int) -> None:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        if not value:
            self._parts.append(opening + closing)
            return
        inner = line + self._indent if self._indent else ""
        self._parts.append(opening + inner)
        for index, (key, each) in enumerate(_entries(value)):
            if index:
                self._parts.append("," + inner)
            if key is not None:
                self._text(key)
                self._parts.append(": " if self._indent else ":")
            self.write(each, inner, depth + 1)
        self._parts.append(line + closing if self._indent else closing)


def _entries(value: Any) -> list[tuple[str | None, Any]]:
    if isinstance(value, dict):
        return sorted(value.items(), key=_key)
    return [(None, each) for each in value]


def _key(entry: tuple[str, Any]) -> str:
    return entry[0]


def _escape(char: str) -> str:
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"
