"""Go's `fmt.Sprintf`, with the places of what it is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.literals import is_character
from immutable_delivery.syntax.gotemplate.printing import NIL, number, printed
from immutable_delivery.syntax.gotemplate.quoting import escaped, quoted
from immutable_delivery.syntax.gotemplate.traced import derived, joined, part
from immutable_delivery.syntax.gotemplate.typenames import type_name
from immutable_delivery.syntax.gotemplate.values import Unknown, Value, kind

MAX_WIDTH = 1_000_000
"""What Go takes for a width or a precision."""

_VERB = lazy(
    r"%(?P<flags>[-+# 0]*)(?:\[(?P<index>\d+)\])?(?P<width>\*|\d+)?"
    r"(?:\.(?P<precision>\*|\d*))?(?:\[(?P<late>\d+)\])?(?P<verb>.)?",
    re.DOTALL,
)


def sprintf(form: str, values: Sequence[Value], budget: Budget) -> str:
    """Return what `printf` gives."""
    return _Printer(form, values, budget).text()


class _Printer:
    """One call of printf."""

    def __init__(self, form: str, values: Sequence[Value], budget: Budget) -> None:
        self._form = form
        self._values = values
        self._budget = budget
        self._next = 0
        self._reordered = False
        self._parts: list[str] = []

    def text(self) -> str:
        at = 0
        for found in _VERB.finditer(self._form):
            if found.start() > at:
                self._parts.append(part(self._form, at, found.start()))
            at = found.end()
            self._parts.append(self._directive(found))
        if at < len(self._form):
            self._parts.append(part(self._form, at))
        if not self._reordered and self._next < len(self._values):
            self._extra()
        return joined(self._parts)

    def _extra(self) -> None:
        self._parts.append("%!(EXTRA ")
        for index, value in enumerate(self._values[self._next :]):
            self._parts.append(", " if index else "")
            self._parts += [NIL] if value is None else [type_name(value), "=", printed(value)]
        self._parts.append(")")

    def _directive(self, found: re.Match[str]) -> str:
        verb = found["verb"]
        if verb is None:
            return "%!(NOVERB)"
        if verb == "%":
            return "%"
        for index in (found["index"], found["late"]):
            if index is not None and not self._jump(int(index[:9])):
                return f"%!{verb}(BADINDEX)"
        flags = found["flags"]
        width, flags = self._width(found["width"], flags)
        precision = self._size(found["precision"])
        if self._next >= len(self._values):
            return f"%!{verb}(MISSING)"
        value = self._values[self._next]
        self._next += 1
        return self._padded(self._one(verb, flags, precision, value), width, flags, value)

    def _jump(self, index: int) -> bool:
        self._reordered = True
        if not 0 < index <= len(self._values):
            return False
        self._next = index - 1
        return True

    def _width(self, written: str | None, flags: str) -> tuple[int, str]:
        width = self._size(written) or 0
        return (-width, flags + "-") if width < 0 else (width, flags)

    def _size(self, written: str | None) -> int | None:
        """Return a width or precision, which `*` takes from the arguments."""
        if written == "*":
            value = self._values[self._next] if self._next < len(self._values) else None
            self._next += 1
            return value if isinstance(value, int) and abs(value) <= MAX_WIDTH else None
        if written is None:
            return None
        return min(int(written[:8] or 0), MAX_WIDTH)

    def _padded(self, text: str, width: int, flags: str, value: Value) -> str:
        missing = width - len(text)
        if missing <= 0:
            return text
        self._budget.output(missing)
        if "-" in flags:
            return joined([text, " " * missing])
        if "0" in flags and isinstance(value, (int, float)) and not text.startswith("%"):
            sign = text[0] if text[:1] in {"-", "+", " "} else ""
            return sign + "0" * missing + text[len(sign) :]
        return joined([("0" if "0" in flags and isinstance(value, str) else " ") * missing, text])

    def _one(self, verb: str, flags: str, precision: int | None, value: Value) -> str:
        """Format one value; collections item by item."""
        if verb == "v":
            return self._value(flags, value)
        if verb == "T":
            return type_name(value)
        if isinstance(value, Unknown):
            return printed(value)
        if isinstance(value, list):
            return self._list(verb, flags, precision, value)
        if isinstance(value, dict):
            return self._map(verb, flags, precision, value)
        found = _scalar(verb, flags, precision, value)
        return _bad(verb, value) if found is None else found

    def _value(self, flags: str, value: Value) -> str:
        if "#" in flags and isinstance(value, str):
            return derived(quoted(value), value)
        if "+" in flags and isinstance(value, (int, float)) and not isinstance(value, bool):
            return _signed(printed(value), flags)
        return printed(value, self._budget)

    def _list(self, verb: str, flags: str, precision: int | None, value: list[Any]) -> str:
        self._budget.items(len(value) + 1)
        parts = ["["]
        for index, each in enumerate(value):
            parts += [" " if index else "", self._one(verb, flags, precision, each)]
        return joined([*parts, "]"])

    def _map(self, verb: str, flags: str, precision: int | None, value: dict[str, Any]) -> str:
        self._budget.items(len(value) + 1)
        parts = ["map["]
        for index, (key, each) in enumerate(sorted(value.items())):
            parts += [" " if index else "", self._one(verb, flags, precision, key), ":"]
            parts.append(self._one(verb, flags, precision, each))
        return joined([*parts, "]"])


def _bad(verb: str, value: Value) -> str:
    if value is None:
        return f"%!{verb}({NIL})"
    return joined([f"%!{verb}({type_name(value)}=", printed(value), ")"])


def _scalar(verb: str, flags: str, precision: int | None, value: Value) -> str | None:
    """Format a value that holds no others; None where the verb does not fit it."""
    if isinstance(value, str):
        return _text(verb, flags, precision, value)
    match kind(value):
        case "bool":
            return printed(value) if verb == "t" else None
        case "int" | "int64":
            return _integer(verb, flags, int(value))
        case "float64":
            return _float(verb, flags, precision, value)
        case "ptr" | "struct" | "map":
            return printed(value) if verb in "sd" else None
        case _:
            return None


def _text(verb: str, flags: str, precision: int | None, value: str) -> str | None:
    if precision is not None:
        value = part(value, 0, precision)
    match verb:
        case "s":
            return value
        case "q":
            if "#" in flags and "`" not in value and value.isprintable():
                return joined(["`", value, "`"])
            text = escaped(value, ascii_only="+" in flags)
            return joined(['"', value if text == value else derived(text, value), '"'])
        case "x" | "X":
            data = value.encode("utf-8", "replace")
            text = data.hex(" ") if " " in flags else data.hex()
            return derived(text.upper() if verb == "X" else text, value)
        case _:
            return None


_BASES = {"d": "d", "x": "x", "X": "X", "o": "o", "b": "b"}
_PREFIXES = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}


def _integer(verb: str, flags: str, value: int) -> str | None:
    if verb in _BASES:
        prefix = _PREFIXES.get(verb, "") if "#" in flags else ""
        sign = "-" if value < 0 else ""
        return _signed(f"{sign}{prefix}{abs(value):{_BASES[verb]}}", flags)
    if verb == "O":
        return f"0o{value:o}"
    if verb in {"c", "q", "U"}:
        if verb == "U":
            return f"U+{value:04X}"
        char = chr(value) if is_character(value) else "\ufffd"
        return char if verb == "c" else f"'{escaped(char)}'"
    return None


def _float(verb: str, flags: str, precision: int | None, value: float) -> str | None:
    form = verb.lower()
    if form not in {"e", "f", "g"}:
        return _hexadecimal(value) if verb == "x" else None
    if precision is None and form != "g":
        precision = 6
    text = number(value, form, -1 if precision is None else precision)
    return _signed(text.upper() if verb in "EG" else text, flags)


def _hexadecimal(value: float) -> str:
    mantissa, _, exponent = float(value).hex().partition("p")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}p{exponent[0]}{int(exponent[1:]):02d}"


def _signed(text: str, flags: str) -> str:
    if text.startswith(("-", "+")):
        return text
    return f"+{text}" if "+" in flags else f" {text}" if " " in flags else text


def sprint(values: Sequence[Value], budget: Budget) -> str:
    """Return what `print` gives: blanks between values where neither is a text."""
    parts: list[str] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            parts.append(" ")
        parts.append(printed(value, budget))
    return joined(parts)


def sprintln(values: Sequence[Value], budget: Budget) -> str:
    """Return what `println` gives: blanks between all, and the end of the line."""
    parts = [text for value in values for text in (" ", printed(value, budget))]
    return joined([*parts[1:], "\n"])
