"""Strings that can tell where each of their characters comes from, when somebody asks.

What is made of a text (`quote`, `indent`, a slice, a join) is computed as text at once and remembers only what it was made of;
places are worked out for the few stretches that become facts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Self

from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place

UNKNOWN = "…"
"""What stands in a text for a value that nothing here knows."""


class Origin:
    """What a text was made of."""

    __slots__ = ()

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:
        """Return the segments of `text[start:end]`; what has no place of its own stands at `fallback`."""
        raise NotImplementedError

    def used(self, at: int) -> Place | None:  # noqa: ARG002
        """Return where a template puts the character, whatever decides it; None where it keeps no such place."""
        return None


class Traced(str):
    """A string that knows its origin; a plain `str` was made by a template, and stands where that did."""

    __slots__ = ("origin",)
    origin: Origin

    def __new__(cls, text: str, origin: Origin) -> Self:
        """Return `text` with its origin."""
        self = str.__new__(cls, text)
        self.origin = origin
        return self

    @staticmethod
    def written(text: LocatedText) -> Traced:
        """Return a text as a file has it."""
        kind = Traced if text.known else Partial
        return kind(text.text, Written(text))

    def part(self, start: int, end: int | None = None) -> Traced:
        """Return `self[start:end]` with its places, for offsets that are not negative."""
        return type(self)(self[start:end], Part(self, start))

    def located(self, start: int, end: int, fallback: Place) -> LocatedText:
        """Return a stretch with its places; `unresolved` where something in it is unknown."""
        try:
            return _located(self.origin.cut(self, start, end, fallback), fallback)
        except RecursionError:  # made by more steps, one after the other, than anybody writes
            text = UNKNOWN if isinstance(self, Partial) else self[start:end]
            return _located([Segment(text, fallback, aligned=False)], fallback)


class Partial(Traced):
    """A string in which something is unknown: no function may look into it as if it were known."""

    __slots__ = ()


class Written(Origin):
    """A text of a file."""

    __slots__ = ("_text",)

    def __init__(self, text: LocatedText) -> None:
        self._text = text

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:  # noqa: ARG002
        """Return what the file tells."""
        if self._text.known:
            return list(self._text.slice(start, end).segments)
        return [Segment(UNKNOWN, self._text.used_at, aligned=False)]


class Joined(Origin):
    """Texts one after the other, each with where it stands if it does not know."""

    __slots__ = ("_parts", "_places", "_starts")

    def __init__(self, parts: Sequence[str], places: Sequence[Place] = ()) -> None:
        self._parts = parts
        self._places = places
        self._starts: list[int] = []

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:  # noqa: ARG002
        """Return the segments of every part that the stretch touches."""
        if not self._starts:
            self._starts = list(accumulate(map(len, self._parts), initial=0))
        found: list[Segment] = []
        index = max(bisect_right(self._starts, start) - 1, 0)
        while index < len(self._parts) and self._starts[index] < end:
            at = self._starts[index]
            place = self._places[index] if self._places else fallback
            found += cut(self._parts[index], max(start - at, 0), end - at, place)
            index += 1
        return found

    def used(self, at: int) -> Place | None:
        """Return where the part is written that gives the character."""
        self._starts = self._starts or list(accumulate(map(len, self._parts), initial=0))
        index = min(max(bisect_right(self._starts, at) - 1, 0), len(self._parts) - 1)
        if index < 0:
            return None
        part, inside = self._parts[index], at - self._starts[index]
        if not self._places:
            return part.origin.used(inside) if isinstance(part, Traced) else None
        place = self._places[index]
        if place.span.end - place.span.start != len(part):
            return place
        start = place.span.start + inside  # a text of the template itself
        return place.at(start, start + 1)


class Later(Origin):
    """Parts that are worked out when somebody asks."""

    __slots__ = ("_joined", "_parts")

    def __init__(self, parts: Callable[[], Sequence[str]]) -> None:
        self._parts = parts
        self._joined: Joined | None = None

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:
        """Return the segments of the parts."""
        self._joined = self._joined or Joined(self._parts())
        return self._joined.cut(text, start, end, fallback)


class Part(Origin):
    """A text that is a stretch of another one, or as long and stands for it (`upper`)."""

    __slots__ = ("_start", "_whole")

    def __init__(self, whole: Traced, start: int) -> None:
        self._whole = whole
        self._start = start

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:
        """Return the segments of the other text, with the words of this one."""
        offset = self._start
        found = cut(self._whole, offset + start, offset + end, fallback)
        words = "".join(piece.text for piece in found)
        if words == text[start:end] or UNKNOWN in words:
            return found
        return _respelled(found, text[start:end])

    def used(self, at: int) -> Place | None:
        """Return where the other text has the character."""
        return self._whole.origin.used(self._start + at)


class Derived(Origin):
    """A text that was computed from another one (`b64enc`): every part of it stands where that does."""

    __slots__ = ("_source",)

    def __init__(self, source: Traced) -> None:
        self._source = source

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:
        """Return one segment."""
        place = self._source.located(0, len(self._source), fallback).place()
        return [Segment(text[start:end], place, aligned=False)]


class Hole(Origin):
    """A text that is not known, or stands in a branch that nothing decides."""

    __slots__ = ("_place",)

    def __init__(self, place: Place | None = None) -> None:
        self._place = place

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:  # noqa: ARG002
        """Return one segment for all of it."""
        return [Segment(UNKNOWN, self._place or fallback, aligned=False)]


def cut(part: str, start: int, end: int, fallback: Place) -> list[Segment]:
    """Return the segments of a stretch of any string."""
    if isinstance(part, Traced):
        return part.origin.cut(part, start, min(end, len(part)), fallback)
    words = part[start:end]
    return [Segment(words, fallback, aligned=False)] if words else []


def part(text: str, start: int, end: int | None = None) -> str:
    """Return a stretch of any string, for offsets that are not negative."""
    return text.part(start, end) if isinstance(text, Traced) else text[start:end]


def derived(text: str, source: str) -> str:
    """Return what was computed from another text: character for character where both are as long."""
    if not isinstance(source, Traced):
        return text
    return Traced(text, Part(source, 0) if len(text) == len(source) else Derived(source))


def joined(parts: Sequence[str]) -> str:
    """Return texts as one, which is known in part where one of them is."""
    kinds = set(map(type, parts))
    if kinds <= {str}:
        return "".join(parts)
    return (Partial if Partial in kinds else Traced)("".join(parts), Joined(parts))


def _respelled(pieces: list[Segment], text: str) -> list[Segment]:
    at, found = 0, []
    for piece in pieces:
        stop = at + len(piece.text)
        found.append(Segment(text[at:stop], piece.place, piece.aligned))
        at = stop
    return found


def _located(pieces: list[Segment], fallback: Place) -> LocatedText:
    pieces = _merged(pieces)
    text = "".join(piece.text for piece in pieces)
    unknown = any(piece.text == UNKNOWN and not piece.aligned for piece in pieces)
    place = pieces[0].place if pieces else fallback
    return LocatedText(text, tuple(pieces), place, (UNKNOWN,) if unknown else ())


def _merged(pieces: list[Segment]) -> list[Segment]:
    """Return neighbours as one where the second goes on after the first, so that a word of a file is one segment."""
    found: list[Segment] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last is not None and (joined := _joined(last, piece)) is not None:
            found[-1] = joined
        else:
            found.append(piece)
    return found


def _joined(first: Segment, second: Segment) -> Segment | None:
    if first.text == second.text == UNKNOWN and first.place == second.place:
        return first
    unaligned = not (first.aligned or second.aligned or UNKNOWN in {first.text, second.text})
    if unaligned and first.place == second.place:
        return Segment(first.text + second.text, first.place, aligned=False)
    if not (first.aligned and second.aligned and first.place.file == second.place.file):
        return None
    start, end = first.place.span.start, second.place.span.start
    if first.place.span.end != end or start + len(first.text) != end:
        return None
    place = first.place.at(start, second.place.span.end)
    return Segment(first.text + second.text, place)
