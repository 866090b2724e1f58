"""How sprig makes numbers and texts of whatever it is given (spf13/cast)."""

from __future__ import annotations

import math

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.literals import MAX_INT, MIN_INT, number
from immutable_delivery.syntax.gotemplate.printing import printed
from immutable_delivery.syntax.gotemplate.values import Value

_ZEROS = lazy(r"\.0*\Z")
_LONGEST = 40
_DIGITS = lazy(r"[0-9]+\Z")


def wrapped(value: int) -> int:
    """Return what is left of a number in 64 bits."""
    return (value + 2**63) % 2**64 - 2**63


def to_int(value: Value) -> int:
    """Return a whole number; 0 for what is none."""
    if isinstance(value, str):
        return _parsed_int(value)
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and MIN_INT <= value <= MAX_INT else MIN_INT
    return int(value) if isinstance(value, int) else 0


def _parsed_int(text: str) -> int:
    """Return what Go's ParseInt reads, with its prefixes for other bases."""
    text = _ZEROS.sub("", str(text))
    if text[:1] == "0" and _DIGITS.match(text) and len(text) < _LONGEST:
        text = _decimal_zero(text)
    try:
        found = number(text)
    except ValueError:
        return 0
    return found if isinstance(found, int) else 0


def _decimal_zero(text: str) -> str:
    return text if set(text) <= set("01234567") else "x"


def to_float(value: Value) -> float:
    """Return a number; 0 for what is none."""
    if isinstance(value, str):
        try:
            return float(value.replace("_", "x"))
        except ValueError:
            return 0.0
    return float(value) if isinstance(value, (int, float)) else 0.0


def to_text(value: Value) -> str:
    """Return a value as text."""
    return printed(value)


def texts(value: Value) -> list[str]:
    """Return the texts of a list, without what is nil; of a single value, itself."""
    if value is None:
        return []
    if isinstance(value, list):
        return [printed(each) for each in value if each is not None]
    return [printed(value)]
