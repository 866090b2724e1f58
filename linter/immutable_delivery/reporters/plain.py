"""Untrusted text made fit for a terminal or a log: no control characters, no commands, known widths."""

from __future__ import annotations

import re

from immutable_delivery.findings import Compared
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.escape import shown

_GITHUB = lazy(r"^([^\S\n]*):(?=:)", re.MULTILINE, needs=("::",))
"""A line that GitHub's runner reads as a command."""
_OTHERS = lazy(r"(##\w*)\[", needs=("##",))
"""What Azure's agent, TeamCity, and GitHub's runner of old read as a command, wherever it stands in a line."""


def printable(text: str) -> str:
    """Return ``text`` in one line, with what controls, hides or reorders written as its escape."""
    return text if text.isprintable() else shown(text)


def visible(text: str) -> str:
    """Return ``text`` like :func:`printable`, but for line ends, which the caller's format escapes by itself."""
    return "".join(c if c.isprintable() or c in "\r\n" else shown(c) for c in text)


def inert(text: str, bracket: str = r"\\x5b") -> str:
    """Return a report in which a CI runner that copies it to its log sees no command of a file's making.

    ``bracket`` is how the report's format writes `[`.
    """
    return _GITHUB.sub(r"\1\\x3a", _OTHERS.sub(rf"\1{bracket}", text))


def cell(char: str) -> str:
    """Return what one character of a source line shows as: a tab as two spaces, an escape for a control."""
    return "  " if char == "\t" else printable(char)


def cells(text: str) -> int:
    """Return how many columns of a terminal ``text``, which is printable, takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    from unicodedata import category, east_asian_width  # noqa: PLC0415 (most reports are ASCII)

    if category(char) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1


def against(baseline: Compared, new: int) -> str:
    """Return what a baseline knows of a report with ``new`` findings."""
    fixed = sum(entry.count for entry in baseline.fixed)
    prune = "; `imd baseline --prune` takes out what is fixed" if fixed else ""
    name = f" {printable(baseline.file)}" if baseline.file else ""
    return f"baseline{name}: {new:,} new, {baseline.known:,} known, {fixed:,} fixed{prune}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
