"""Untrusted text made fit for a terminal: no control characters, known widths, windows on long lines."""

from __future__ import annotations

from unicodedata import category, east_asian_width

from immutable_delivery.findings import Compared
from immutable_delivery.names import shown


def printable(text: str) -> str:
    """Return ``text`` in one line, with what controls, hides or reorders written as its escape."""
    return text if text.isprintable() else shown(text)


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


def against(baseline: Compared, new: int) -> str:
    """Return what a baseline knows of a report with ``new`` findings."""
    fixed = sum(entry.count for entry in baseline.fixed)
    prune = "; `imd baseline --prune` takes out what is fixed" if fixed else ""
    return f"baseline {printable(baseline.file)}: {new:,} new, {len(baseline.known):,} known, {fixed:,} fixed{prune}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
