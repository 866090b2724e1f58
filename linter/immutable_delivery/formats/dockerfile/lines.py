"""A logical line: text put together from stretches of a file, cut again without losing their places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.text import Place, Span
from immutable_delivery.written import Piece, Written

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What BuildKit (Go's unicode.IsSpace) takes for white space; Python's str.isspace differs."""


class Line:
    """Text with the pieces that it is made of; cutting costs what is cut, however many pieces there are."""

    __slots__ = ("_home", "_pieces", "_starts", "text")

    def __init__(self, pieces: Sequence[Piece], home: Place) -> None:
        self._pieces = pieces
        self._home = home
        self._starts: list[int] = []
        at = 0
        for piece in pieces:
            self._starts.append(at)
            at += len(piece.text)
        self.text = "".join(piece.text for piece in pieces)

    @classmethod
    def of(cls, written: Written) -> Line:
        """Return the line of a string that is written somewhere."""
        return cls(written.pieces, written.whole)

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Yield the pieces of ``text[start:end]``."""
        index = max(bisect_right(self._starts, start) - 1, 0)
        while start < end:
            piece, at = self._pieces[index], self._starts[index]
            stop = min(end, at + len(piece.text))
            if stop > start:
                yield _part(piece, start - at, stop - at)
            start, index = max(start, stop), index + 1

    def offset(self, at: int) -> int:
        """Return the offset in the file of the character at ``at``; past the end, where the text ends."""
        for piece in self.pieces(at, min(at + 1, len(self.text))):
            return piece.place.span.start
        for piece in self.pieces(len(self.text) - 1, len(self.text)):
            return piece.place.span.end
        return self._home.span.start

    def written(self, start: int, end: int) -> Written:
        """Return ``text[start:end]`` with its places."""
        return self.pick([(start, end)], start)

    def pick(self, runs: Iterable[tuple[int, int]], start: int) -> Written:
        """Return the concatenation of runs of the text; ``start`` is where it stands when they are empty."""
        pieces = tuple(piece for run in runs for piece in self.pieces(*run))
        if not pieces:
            at = self.offset(start)
            return Written("", (), Place(self._home.file, Span(at, at)))
        return Written("".join(piece.text for piece in pieces), pieces, hull(pieces))


def hull(pieces: Sequence[Piece]) -> Place:
    """Return the place from the first piece to the last one of its file."""
    first, last = pieces[0].place, pieces[-1].place
    if last.file != first.file or last.span.end < first.span.end:
        return first
    return Place(first.file, Span(first.span.start, last.span.end))


def _part(piece: Piece, low: int, high: int) -> Piece:
    if high - low == len(piece.text):
        return piece
    text = piece.text[low:high]
    if not piece.aligned:
        return Piece(text, piece.place, aligned=False)
    start = piece.place.span.start
    return Piece(text, Place(piece.place.file, Span(start + low, start + high)))
