"""A logical line: text put together from stretches of a file, cut again without losing their places."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What BuildKit (Go's unicode.IsSpace) takes for white space; Python's str.isspace differs."""


class Line:
    """Text with the pieces that it is made of; cutting costs what is cut, however many pieces there are."""

    __slots__ = ("_home", "_pieces", "_starts", "text")

    def __init__(self, pieces: Sequence[Segment], home: Place) -> None:
        self._pieces = pieces
        self._home = home
        self._starts: list[int] = []
        at = 0
        for piece in pieces:
            self._starts.append(at)
            at += len(piece.text)
        self.text = "".join(piece.text for piece in pieces)

    @classmethod
    def of(cls, written: LocatedText) -> Line:
        """Return the line of a string that is written somewhere."""
        return cls(written.segments, written.used_at)

    def segments(self, start: int, end: int) -> list[Segment]:
        """Return the pieces of ``text[start:end]``."""
        if start >= end:
            return []
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, end, first + 1) - 1
        pieces = self._pieces[first : last + 1]
        head = start - self._starts[first]
        tail = end - self._starts[last]
        if first == last:
            return [_part(pieces[0], head, tail)]
        return [
            _part(pieces[0], head, len(pieces[0].text)),
            *pieces[1:-1],
            _part(pieces[-1], 0, tail),
        ]

    def offset(self, at: int) -> int:
        """Return the offset in the file of the character at ``at``; past the end, where the text ends."""
        if not self._pieces:
            return self._home.span.start
        if at >= len(self.text):
            return self._pieces[-1].place.span.end
        return self.segments(at, at + 1)[0].place.span.start

    def written(self, start: int, end: int) -> LocatedText:
        """Return ``text[start:end]`` with its places."""
        pieces = tuple(self.segments(start, end))
        return (
            LocatedText(self.text[start:end], pieces, hull(pieces))
            if pieces
            else self._empty(start)
        )

    def pick(self, runs: Iterable[tuple[int, int]], start: int) -> LocatedText:
        """Return the concatenation of runs of the text; ``start`` is where it stands when they are empty."""
        pieces = tuple(piece for run in runs for piece in self.segments(*run))
        text = "".join(piece.text for piece in pieces)
        return LocatedText(text, pieces, hull(pieces)) if pieces else self._empty(start)

    def _empty(self, start: int) -> LocatedText:
        at = self.offset(start)
        return LocatedText("", (), Place(self._home.file, Span(at, at)))


def hull(pieces: Sequence[Segment]) -> Place:
    """Return the place from the first piece to the last one of its file."""
    first, last = pieces[0].place, pieces[-1].place
    if first is last:
        return first
    if last.file != first.file or last.span.end < first.span.end:
        return first
    return Place(first.file, Span(first.span.start, last.span.end))


def _part(piece: Segment, low: int, high: int) -> Segment:
    if high - low == len(piece.text):
        return piece
    text = piece.text[low:high]
    if not piece.aligned:
        return Segment(text, piece.place, aligned=False)
    start = piece.place.span.start
    return Segment(text, Place(piece.place.file, Span(start + low, start + high)))
