"""Strings that know where they are written, through escapes, indentation and variables."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.records import Record
from immutable_delivery.source.text import Place, Span


class Segment(Record, frozen=True):
    """A stretch of a :class:`LocatedText`: ``text`` is decided at ``place``.

    ``aligned`` says that character n of the text is character n of the place, so that parts of it have exact
    places; else every part of it stands at the whole place (an escape, a folded line, an encoded value).
    """

    text: str
    place: Place
    aligned: bool = True


class LocatedText(Record, frozen=True):
    """A string, the places that decide it, and the variables in it that nothing gives a value.

    Where ``missing`` is not empty the text holds them as they are written (``nginx:${TAG}``) and its value is unknown.
    ``whole`` is where the string stands in the file that uses it.
    """

    text: str
    segments: tuple[Segment, ...]
    used_at: Place
    unresolved: tuple[str, ...] = ()

    @classmethod
    def literal(cls, text: str, place: Place) -> LocatedText:
        """Return ``text`` as written at ``place``, aligned when the lengths agree."""
        aligned = place.span.end - place.span.start == len(text)
        return cls(text, (Segment(text, place, aligned),), place)

    @classmethod
    def unaligned(cls, text: str, place: Place, unresolved: tuple[str, ...] = ()) -> LocatedText:
        """Return ``text`` as decided at ``place`` as a whole: nobody wrote it just so."""
        return cls(text, (Segment(text, place, aligned=False),), place, unresolved)

    @classmethod
    def joined(cls, parts: Iterable[LocatedText], whole: Place) -> LocatedText:
        """Return the concatenation of ``parts``."""
        parts = tuple(parts)
        pieces = tuple(piece for part in parts for piece in part.segments)
        missing = tuple(dict.fromkeys(name for part in parts for name in part.unresolved))
        return cls("".join(part.text for part in parts), pieces, whole, missing)

    @property
    def known(self) -> bool:
        """Whether every variable in it has a value."""
        return not self.unresolved

    @property
    def value(self) -> str | None:
        """The text, or None where it is unknown."""
        return self.text if self.known else None

    def place(self, start: int = 0, end: int | None = None) -> Place:
        """Return where ``text[start:end]`` is decided: exact, or the first piece that holds it."""
        end = len(self.text) if end is None else end
        at = 0
        for piece in self.segments:
            stop = at + len(piece.text)
            if at <= start < stop or (start == stop and piece is self.segments[-1]):
                return _within(piece, start - at, min(end, stop) - at)
            at = stop
        return self.used_at

    def slice(self, start: int, end: int | None = None) -> LocatedText:
        """Return ``text[start:end]`` with its places."""
        end = len(self.text) if end is None else end
        if len(self.segments) == 1 and 0 <= start < end <= len(self.text):
            return self._part(self.segments[0], start, end)
        pieces, at = [], 0
        for piece in self.segments:
            low, high = max(start - at, 0), min(end - at, len(piece.text))
            if low < high:
                pieces.append(
                    Segment(piece.text[low:high], _within(piece, low, high), piece.aligned)
                )
            at += len(piece.text)
        text = self.text[start:end]
        missing = tuple(name for name in self.unresolved if name in text)
        whole = _hull(pieces) if pieces else self.place(start, start)
        return LocatedText(text, tuple(pieces), whole, missing)

    def _part(self, piece: Segment, start: int, end: int) -> LocatedText:
        text, place = piece.text[start:end], _within(piece, start, end)
        missing = tuple(name for name in self.unresolved if name in text)
        return LocatedText(text, (Segment(text, place, piece.aligned),), place, missing)


def _within(piece: Segment, low: int, high: int) -> Place:
    if not piece.aligned:
        return piece.place
    start = piece.place.span.start
    return Place(piece.place.file, Span(start + low, start + high))


def _hull(pieces: list[Segment]) -> Place:
    """Return the place from the first piece to the last one in the same file."""
    first = pieces[0].place
    end = max(piece.place.span.end for piece in pieces if piece.place.file == first.file)
    return Place(first.file, Span(first.span.start, max(first.span.end, end)))
