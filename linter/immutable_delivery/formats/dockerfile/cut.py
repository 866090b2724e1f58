"""Text to instructions: directives, comments, continuations and here-documents as BuildKit reads them.

Its parser is the reference (github.com/moby/buildkit, frontend/dockerfile/parser); the tests compare with it.
"""

from __future__ import annotations

import re

from immutable_delivery.context import Comment
from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.dockerfile.document import Document, Heredoc
from immutable_delivery.formats.dockerfile.heredocs import Opener, openers
from immutable_delivery.formats.dockerfile.lines import SPACE, Line
from immutable_delivery.formats.dockerfile.nodes import may_hold_heredocs, node
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text

MAX_LINE = 65_536
"""BuildKit refuses longer lines, in bytes."""
MAX_LINES = 100_000
MAX_INSTRUCTIONS = 20_000
"""No delivery has more: larger files are refused, so that none of them takes minutes."""

_DIRECTIVE = lazy(r"#\s*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(\S.*?)[\t\n\f\r ]*\Z")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})


def cut(text: Text) -> Document:
    """Cut a Dockerfile into instructions; raise UnreadableError where BuildKit's parser gives up."""
    return _Cutter(text).document()


class _Cutter:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._value = text.value
        self._lines = _line_ranges(text.value)
        self._next = 0
        self._seen: set[str] | None = set()
        self._waiting: list[tuple[int, int]] = []
        self._document = Document(text.path)

    def document(self) -> Document:
        if len(self._lines) > MAX_LINES:
            raise UnreadableError(f"has more than {MAX_LINES} lines", self._lines[MAX_LINES][0])
        while self._next < len(self._lines):
            start, end = self._take()
            start = _indented(self._value, start, end)
            if self._value.startswith("#", start, end):
                self._comment(start, end)
                continue
            self._seen = None
            stop, more = self._continued(start, end)
            if more or start < stop:
                self._instruction(start, stop, more=more)
        for comment in self._waiting:
            self._cover([comment], comment)
        if not self._document.instructions:
            raise UnreadableError("holds no instruction", len(self._value))
        return self._document

    def _take(self) -> tuple[int, int]:
        start, end = self._lines[self._next]
        self._next += 1
        if end - start >= MAX_LINE // 4 and len(self._value[start:end].encode()) >= MAX_LINE:
            raise UnreadableError(f"has a line of more than {MAX_LINE - 1} bytes", start)
        return start, end

    def _comment(self, start: int, end: int) -> None:
        found = _DIRECTIVE.match(self._value, start, end) if self._seen is not None else None
        name = found[1].lower() if found else ""
        if found is None or self._seen is None or name not in _DIRECTIVES:
            self._seen = None
            self._waiting.append((start, end))
            return
        if name in self._seen:
            raise UnreadableError(f"has two '{name}' directives", start)
        self._seen.add(name)
        self._directive(name, found)

    def _directive(self, name: str, found: re.Match[str]) -> None:
        if name == "escape":
            if found[2] not in {"\\", "`"}:
                raise UnreadableError(
                    f"'{found[2]}' cannot be the escape character", found.start(2)
                )
            self._document.escape = found[2]
        elif name == "syntax":
            value = found[2].partition(" ")[0]
            self._document.syntax = self._written(found.start(2), found.start(2) + len(value))
        else:
            self._document.comments.append(Comment(f"{name}={found[2]}", *found.span()))

    def _written(self, start: int, end: int) -> LocatedText:
        return LocatedText.literal(self._value[start:end], self._place(start, end))

    def _place(self, start: int, end: int) -> Place:
        return Place(self._text.path, Span(start, end))

    def _continued(self, start: int, end: int) -> tuple[int, bool]:
        """Return where the line ends without its continuation character, and whether it has one."""
        stop = end
        while stop > start and self._value[stop - 1] in " \t":
            stop -= 1
        escape = self._document.escape
        if self._value.endswith(escape, start, stop) and not self._value.endswith(
            escape, start, stop - 1
        ):
            return stop - 1, True
        return end, False

    def _instruction(self, start: int, stop: int, *, more: bool) -> None:
        inside: list[tuple[int, int]] = []
        ranges = [(start, stop)]
        while more and self._next < len(self._lines):
            low, high = self._take()
            indented = _indented(self._value, low, high)
            if self._value.startswith("#", indented, high):
                inside.append((indented, high))
            elif indented < high:
                self._cover(inside, (low, high), inside=True)
                inside = []
                high, more = self._continued(low, high)
                ranges.append((low, high))
        place = self._place(start, max(start, ranges[-1][1]))
        self._cover(inside, (place.span.start, place.span.end), inside=True)
        self._finish(ranges, place)

    def _finish(self, ranges: list[tuple[int, int]], place: Place) -> None:
        file = self._text.path
        pieces = [Segment(self._value[a:b], Place(file, Span(a, b))) for a, b in ranges if a < b]
        line = Line(pieces, place)
        bodies = self._heredocs(line, place) if "<<" in line.text else []
        if bodies:
            place = self._place(place.span.start, self._lines[self._next - 1][1])
        one = node(line, 0, len(line.text), place, self._document.escape, tuple(bodies))
        self._document.instructions.append(one)
        if len(self._document.instructions) > MAX_INSTRUCTIONS:
            raise UnreadableError(
                f"has more than {MAX_INSTRUCTIONS} instructions", place.span.start
            )
        self._cover(self._waiting, (place.span.start, place.span.end))
        self._waiting = []

    def _heredocs(self, line: Line, place: Place) -> list[Heredoc]:
        if not may_hold_heredocs(line, self._document.escape):
            return []
        found = openers(line.text)
        return [self._heredoc(one, place) for one in found]

    def _heredoc(self, opener: Opener, place: Place) -> Heredoc:
        comments: list[tuple[int, int]] = []
        begin = self._lines[self._next][0] if self._next < len(self._lines) else len(self._value)
        while self._next < len(self._lines):
            start, end = self._take()
            line = self._value[start:end]
            if (line.lstrip("\t") if opener.strips else line) == opener.name:
                terminator = self._written(end - len(opener.name), end)
                return Heredoc(opener, self._written(begin, start), terminator)
            indented = _indented(self._value, start, end)
            if self._value.startswith("#", indented, end):
                comments.append((indented, end))
            else:
                self._cover(comments, (start, end), inside=True)
                comments = []
        raise UnreadableError(f"the here-document '{opener.name}' has no end", place.span.start)

    def _cover(
        self, comments: list[tuple[int, int]], covers: tuple[int, int], *, inside: bool = False
    ) -> None:
        for start, end in comments:
            text = self._value[start + 1 : end].strip()
            self._document.comments.append(Comment(text, start, end, covers, inside=inside))


def _line_ranges(value: str) -> list[tuple[int, int]]:
    """Return where the lines are, without what ends them; only LF does, as in BuildKit."""
    ranges, at = [], 0
    while at < len(value):
        end = value.find("\n", at)
        end = len(value) if end < 0 else end
        stop = end
        while stop > at and value[stop - 1] == "\r":
            stop -= 1
        ranges.append((at, stop))
        at = end + 1
    return ranges


def _indented(value: str, start: int, end: int) -> int:
    while start < end and value[start] in SPACE:
        start += 1
    return start
