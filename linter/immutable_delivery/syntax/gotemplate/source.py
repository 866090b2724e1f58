"""The text of one template, and where its parts stand."""

from __future__ import annotations

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.traced import Joined, Part, Traced


class Source:
    """A template's text: of a file, or made by templates and given to `tpl`."""

    __slots__ = ("_begin", "_fallback", "_file", "_traced", "text")

    def __init__(self, text: str, fallback: Place) -> None:
        self.text = str(text)
        self._fallback = fallback
        self._traced = (
            text if isinstance(text, Traced) else Traced(text, Joined((text,), (fallback,)))
        )
        self._file: Place | None = None
        self._begin = 0

    @classmethod
    def of_file(cls, text: LocatedText) -> Source:
        """Return the source for a text of a file: where it stands there as it is, places are computed."""
        source = cls(Traced.written(text), text.used_at)
        if len(text.segments) == 1 and text.segments[0].aligned:
            source._file = text.segments[0].place
            source._begin = source._file.span.start
        return source

    def place(self, start: int, end: int) -> Place:
        """Return where a stretch stands."""
        if self._file is not None:
            return self._file.at(self._begin + start, self._begin + end)
        return self._traced.located(start, end, self._fallback).place()

    def piece(self, start: int, end: int) -> Traced:
        """Return a stretch of the text."""
        return Traced(self.text[start:end], Part(self._traced, start))

    def error(self, reason: str, start: int, end: int | None = None) -> TemplateError:
        """Return what is wrong with a stretch."""
        return TemplateError(reason, self.place(start, start if end is None else end))


Spot = tuple[Source, int, int]
"""A stretch whose place is worked out when somebody asks: most calls never fail."""


def place_of(spot: Spot) -> Place:
    """Return where a stretch stands."""
    source, start, end = spot
    return source.place(start, end)
