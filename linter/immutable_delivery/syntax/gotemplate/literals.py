"""The constants of templates: what Go's strconv makes of them."""

from __future__ import annotations

import re
import sys

from immutable_delivery.lazy_regex import lazy

_ESCAPE = lazy(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))",
    re.DOTALL,
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_INTEGER = lazy(
    r"([+-]?)(0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[bB]_?[01]+(?:_[01]+)*|0[oO]?_?[0-7]+(?:_[0-7]+)*|0|[1-9][0-9]*(?:_[0-9]+)*)\Z"
)
_FLOAT = lazy(r"[+-]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?\Z")
_HEX_FLOAT = lazy(r"[+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?[0-9]+\Z")
_BASES = {"x": 16, "b": 2, "o": 8}
_BYTE, _ASCII, _ESCAPED_BYTES = 0xFF, 0x7F, 0xDC00
_SURROGATES = range(0xD800, 0xE000)
_LONGEST = 70
"""64 binary digits and a prefix."""
MAX_INT, MIN_INT = 2**63 - 1, -(2**63)


def unquote(text: str) -> str:
    """Return what stands between quotes; raise ValueError."""
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    return _joined_bytes(_ESCAPE.sub(_decoded, inner))


def _decoded(found: re.Match[str]) -> str:
    simple, byte, short, long, octal, bad = found.groups()
    if simple:
        return _SIMPLE.get(simple, simple)
    if byte or octal:
        number = int(byte, 16) if byte else int(octal, 8)
        if number > _BYTE:
            raise ValueError(found[0])
        return chr(number) if number <= _ASCII else chr(_ESCAPED_BYTES + number)
    if bad is not None:
        raise ValueError(found[0])
    number = int(short or long, 16)
    if not is_character(number):
        raise ValueError(found[0])
    return chr(number)


def is_character(number: int) -> bool:
    """Whether a number is that of a character: surrogates are none."""
    return 0 <= number <= sys.maxunicode and number not in _SURROGATES


def _joined_bytes(text: str) -> str:
    """Return the characters that escaped bytes make together."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def character(text: str) -> int:
    """Return the number of a character in single quotes; raise ValueError."""
    found = unquote(text)
    if len(found) != 1:
        raise ValueError(text)
    return ord(found)


def number(text: str) -> int | float:
    """Return a number; raise ValueError."""
    if found := _INTEGER.match(text):
        value = _integer(found[2]) * (-1 if found[1] == "-" else 1)
        if MIN_INT <= value <= MAX_INT:
            return value
        raise ValueError(text)
    if _HEX_FLOAT.match(text):
        return float.fromhex(text.replace("_", ""))
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    raise ValueError(text)


def _integer(digits: str) -> int:
    digits = digits.replace("_", "").lower()
    if len(digits) > _LONGEST:
        raise ValueError(digits)
    if len(digits) > 1 and digits[0] == "0":
        base = _BASES.get(digits[1])
        return int(digits[2:], base) if base else int(digits, 8)
    return int(digits)
