"""YAML as `toYaml` writes it: go-yaml v2's emitter, block style, lines folded at 80 columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key
from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.jsonwriter import MAX_DEPTH, json_number
from immutable_delivery.syntax.gotemplate.printing import number, scalar
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import (
    UNKNOWN,
    Hole,
    Partial,
    derived,
    joined,
    part,
)
from immutable_delivery.syntax.gotemplate.values import Bool, Float, Object, Unknown, Value
from immutable_delivery.syntax.gotemplate.yamltexts import LONGEST_KEY, WIDTH, complex_key, written

_SIMPLE = lazy(r"[A-Za-z/_][A-Za-z0-9/_.-]*(?::[A-Za-z0-9/_.-]+)*\Z")
_WORDS = frozenset(
    "y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF null Null NULL".split()
)
_LETTERS = lazy(r"[a-zA-Z]+\Z")


def to_yaml(value: Value, budget: Budget, *, nested: str = "") -> str:
    """Return a value as YAML, without the last line break; `nested` indents lists in maps."""
    parts: list[str] = []
    _Writer(parts, budget, nested).value(value, -1, "", 0)
    text = joined(parts)
    return part(text, 0, len(text) - 1) if text.endswith("\n") else text


class _Writer:
    """Writes one value; `indent` is that of the collection around, -1 outside of all."""

    def __init__(self, parts: list[str], budget: Budget, nested: str) -> None:
        self._parts = parts
        self._budget = budget
        self._nested = nested

    def value(self, value: Any, indent: int, before: str, depth: int) -> None:
        """Write a value behind what leads to it: nothing, `key:` or `-`."""
        if isinstance(value, Object):
            value = value.entries if value.entries is not None else dict(value.fields)
        if isinstance(value, (dict, list)):
            self._budget.items(len(value) + 1)
            if depth > MAX_DEPTH:
                raise FunctionError("a value is nested too deeply")
            self._collection(value, indent, before, depth)
            return
        self._parts.append(" " if before else "")
        self._scalar(value, indent, len(before) + 1 if before else 0)
        self._parts.append("\n")

    def _collection(self, value: Any, indent: int, before: str, depth: int) -> None:
        if not value:
            self._parts.append(
                f"{' ' if before else ''}{'{}' if isinstance(value, dict) else '[]'}\n"
            )
        elif isinstance(value, dict):
            self._mapping(value, indent, before, depth)
        else:
            self._sequence(value, indent, before, depth)

    def _mapping(self, value: dict[str, Any], indent: int, before: str, depth: int) -> None:
        inline = before.endswith("-") or not before
        inner = max(indent + 2, 0) if indent >= 0 else 0
        pad = " " * inner
        self._parts.append((" " if before else "") if inline else "\n")
        for index, (key, each) in enumerate(ordered(value)):
            if index or not inline:
                self._parts.append(pad)
            before_value = self._key(key, inner)
            self.value(each, inner, before_value, depth + 1)

    def _key(self, key: str, indent: int) -> str:
        """Write a key and its colon, and return what stands in its line."""
        if _SIMPLE.match(key) and key not in _WORDS and len(key) <= LONGEST_KEY:
            self._parts += (key, ":")
            return " " * indent + key + ":"
        if complex_key(key):
            self._parts.append("? ")
            self._parts += written(key, indent + 2, indent + 2, key=False)
            self._parts.append(f"\n{' ' * indent}:")
            return " " * indent + ":"
        parts = written(key, indent, indent, key=True)
        self._parts += (*parts, ":")
        return " " * indent + "".join(parts) + ":"

    def _sequence(self, value: list[Any], indent: int, before: str, depth: int) -> None:
        inline = before.endswith("-") or not before
        nested = len(self._nested) if before and not inline else 0
        inner = (indent + 2 if inline and before else max(indent, 0)) + nested
        pad = " " * inner
        self._parts.append((" " if before else "") if inline else "\n")
        for index, each in enumerate(value):
            self._parts.append("-" if inline and not index else f"{pad}-")
            self.value(each, inner, f"{pad}-", depth + 1)

    def _scalar(self, value: Value, indent: int, column: int) -> None:
        if isinstance(value, str):
            if len(value) + column < WIDTH and _SIMPLE.match(value) and value not in _WORDS:
                self._parts.append(value)
            else:
                self._budget.spend(len(value) // 2)
                self._parts += written(value, indent + 2 if indent >= 0 else 2, column, key=False)
            return
        self._parts.append(_plain(value))


def _plain(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, Unknown):
        return Partial(UNKNOWN, Hole(value.place))
    if isinstance(value, float):
        text = _number(value)
        return derived(text, value.written) if isinstance(value, Float) else text
    return scalar(value) if isinstance(value, (bool, Bool)) else str(int(value))


def _number(value: float) -> str:
    """Return a number as it is after a way through JSON: whole ones without an exponent while they fit 64 bits."""
    text = json_number(value)
    digits = text.removeprefix("-")
    if digits.isdecimal() and (int(digits) < 2**64 if digits is text else int(digits) <= 2**63):
        return text
    return number(value)


def ordered(value: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Return the entries in go-yaml's order: numbers in keys by their value, and letters last."""
    if all(map(_LETTERS.match, value)):
        return sorted(value.items(), key=_name)
    return sorted(value.items(), key=_natural)


def _name(entry: tuple[str, Any]) -> str:
    return entry[0]


def _compare(one: tuple[str, Any], other: tuple[str, Any]) -> int:
    if one[0] == other[0]:
        return 0
    return -1 if _less(one[0], other[0]) else 1


_natural = cmp_to_key(_compare)


def _less(one: str, other: str) -> bool:
    shared = min(len(one), len(other))
    at = next((index for index in range(shared) if one[index] != other[index]), shared)
    if at == shared:
        return len(one) < len(other)
    first, second = one[at], other[at]
    if first.isalpha() or second.isalpha():
        return first < second if first.isalpha() and second.isalpha() else second.isalpha()
    return _digits_less(one, other, at)


def _digits_less(one: str, other: str, at: int) -> bool:
    lead = "1" if "0" in {one[at], other[at]} and _nonzero_before(one, at) else ""
    first, second = _digits(one, at), _digits(other, at)
    left, right = int((lead + first)[:30] or 0), int((lead + second)[:30] or 0)
    if left != right:
        return left < right
    return len(first) < len(second) if len(first) != len(second) else one[at] < other[at]


def _nonzero_before(text: str, at: int) -> bool:
    while at and text[at - 1].isdecimal():
        at -= 1
        if text[at] != "0":
            return True
    return False


def _digits(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end].isdecimal() and text[end].isascii():
        end += 1
    return text[at:end]
