"""Untrusted text made fit for a terminal: no control characters, known widths, windows on long lines."""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
"""C0 and C1, and what hides or reorders text: bidirectional marks, zero-width characters, tags."""


def printable(text: str) -> str:
    """Return ``text`` in one line, with every control character written as its escape."""
    return _CONTROL.sub(lambda found: _escape(found[0]), text)


def _escape(char: str) -> str:
    named = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char)
    code = ord(char)
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def cell(char: str) -> str:
    """Return what one character of a source line shows as: a tab as two spaces, an escape for a control."""
    return "  " if char == "\t" else printable(char)


def cells(text: str) -> int:
    """Return how many columns of a terminal ``text``, which is printable, takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if category(char) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def clipped(text: str, width: int) -> str:
    """Return ``text``, cut with an ellipsis where it takes more than ``width`` columns."""
    if cells(text) <= width:
        return text
    taken, room = 0, width - 1
    for index, char in enumerate(text):
        taken += _width(char)
        if taken > room:
            return text[:index] + "…"
    return text
