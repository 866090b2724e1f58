"""Text with exact places: bytes in, offsets and line/column in every unit out.

Offsets are indices into :attr:`Text.value`, in code points. No other module converts units.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from immutable_delivery.errors import Fault, UnreadableError
from immutable_delivery.records import Record

_BOM = 3
_MARK = b"\xef\xbb\xbf"
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_LONGEST_LINE = 1_000_000_000
MAX_BYTES = 10_000_000
"""Larger inputs are refused: no delivery file is, and a parser would take minutes."""


class Span(Record, frozen=True, order=True, array_like=True, gc=False):
    """A half-open range of code points, ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int


class Place(Record, frozen=True, order=True, array_like=True, gc=False):
    """A span in a file; ``file`` is relative to the root, with forward slashes."""

    file: str
    span: Span

    def at(self, start: int, end: int) -> Place:
        """Return the place of ``start`` to ``end`` in the same file."""
        return Place(self.file, Span(start, end))


class Position(Record, frozen=True):
    """A 1-based line and column; the unit of the column is the caller's choice."""

    line: int
    column: int


class Text(Record, frozen=True, dict=True):
    """The text of one file: ``value`` keeps its newlines as they are, without the BOM."""

    path: str
    value: str
    bom: bool = False
    complete: ClassVar[bool] = True
    """Whether ``value`` is the text, and offsets point into it."""

    @classmethod
    def decode(cls, path: str, data: bytes) -> Text:
        """Decode UTF-8; raise :class:`UnreadableError` for anything that is no text."""
        if len(data) > MAX_BYTES:
            raise UnreadableError(f"is larger than {MAX_BYTES // 1_000_000} MB", 0)
        bom = data.startswith(_MARK)
        try:
            value = data[3 * bom :].decode("utf-8")
        except UnicodeDecodeError as error:
            good = data[3 * bom :][: error.start].decode("utf-8")
            raise UnreadableError("is not UTF-8", len(good), good) from error
        if "\0" in value:
            raise UnreadableError("holds a NUL byte", value.index("\0"), value)
        return cls(path, value, bom)

    @classmethod
    def lenient(cls, path: str, data: bytes) -> Text:
        """Decode what a program reads byte by byte, as shells do: one character for each byte that is no UTF-8."""
        value = data.removeprefix(_MARK).decode("utf-8", "replace").replace("\0", _UNKNOWN)
        return cls(path, value, data.startswith(_MARK))

    @cached_property
    def line_starts(self) -> Sequence[int]:
        """Offsets at which lines begin (after LF, CRLF or a lone CR)."""
        value, starts, at = self.value, [0], 0
        if "\r" not in value:
            while at := value.find("\n", at) + 1:
                starts.append(at)
            return starts
        for index, char in enumerate(value):
            if char == "\n" or (char == "\r" and value[index + 1 : index + 2] != "\n"):
                starts.append(index + 1)
        return starts

    def line_of(self, offset: int) -> int:
        """Return the 1-based line that holds ``offset``."""
        return bisect_right(self.line_starts, offset)

    def line(self, number: int) -> str:
        """Return line ``number`` (1-based) without its newline."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.value)
        return self.value[start:end].rstrip("\r\n")

    def stop(self, number: int) -> int:
        """Return the offset at which line ``number`` ends, before its newline."""
        return self.line_starts[number - 1] + len(self.line(number))

    def position(self, offset: int) -> Position:
        """Return line and column of ``offset``, the column in code points."""
        line = self.line_of(offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def fault(self, span: Span, reason: str) -> Fault:
        """Return that something is wrong at a place."""
        at = self.position(span.start)
        return Fault(reason, self.path, at.line, at.column, span.start, span.end)

    def utf16(self, offset: int) -> Position:
        """Return line and column of ``offset``, the column in UTF-16 units."""
        return self._encoded(offset, "utf-16-le", 2)

    def offset_at_utf16(self, line: int, column: int) -> int:
        """Return the offset of a line and a column in UTF-16 units; the end of what ends before it."""
        if line > len(self.line_starts):
            return len(self.value)
        before = self.line(line).encode("utf-16-le", "surrogatepass")[: 2 * (column - 1)]
        return self.line_starts[line - 1] + len(before.decode("utf-16-le", "ignore"))

    def utf8(self, offset: int) -> Position:
        """Return line and column of ``offset``, the column in UTF-8 bytes of the file: its BOM counts."""
        at = self._encoded(offset, "utf-8", 1)
        return Position(1, at.column + _BOM) if self.bom and at.line == 1 else at

    def _encoded(self, offset: int, encoding: str, width: int) -> Position:
        line = self.line_of(offset)
        before = self.value[self.line_starts[line - 1] : offset]
        return Position(line, len(before.encode(encoding, "surrogatepass")) // width + 1)


class Outline(Text, frozen=True, dict=True):
    """A file that is not at hand: offsets are made of lines and columns, in the unit of who stated them."""

    complete: ClassVar[bool] = False

    @staticmethod
    def offset(line: int, column: int) -> int:
        """Return the offset that stands for a line and a column."""
        return line * _LONGEST_LINE + min(column, _LONGEST_LINE - 1)

    @property
    def line_starts(self) -> Sequence[int]:
        """Return where lines begin, for as many as anybody asks for."""
        return range(Outline.offset(1, 1), sys.maxsize, _LONGEST_LINE)

    def line(self, number: int) -> str:  # noqa: ARG002 (no line is known)
        """Return nothing."""
        return ""

    def stop(self, number: int) -> int:
        """Return where a line ends at the latest."""
        return Outline.offset(number, _LONGEST_LINE)

    def _encoded(self, offset: int, encoding: str, width: int) -> Position:  # noqa: ARG002
        return self.position(offset)
