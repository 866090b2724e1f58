"""Scripts and their words: text with the places that decide it, looked up only when somebody asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import accumulate

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.shell.mask import GLUE, Heredoc, cut_heredocs, mask

MAX_REMEMBERED = 100_000


def _prepare(text: str, escape: str) -> tuple[str, str, Mapping[int, Heredoc]]:
    """Return a script without continuations, without the bodies of here-documents, and those."""
    clean = mask(text, escape)
    return clean, *cut_heredocs(clean)


@lru_cache(maxsize=64)
def _prepared(text: str, escape: str) -> tuple[str, str, Mapping[int, Heredoc]]:
    """Remember it: jobs run a script again and again."""
    return _prepare(text, escape)


class Source:
    """A script: the text as written, and the text that the grammar reads, of the same length.

    ``hidden`` are substitutions that have run before: the grammar sees variables in their place.
    """

    def __init__(
        self, written: LocatedText, escape: str = "\\", hidden: tuple[str, ...] = ()
    ) -> None:
        self.written = written
        self.hidden = lazy("|".join(map(re.escape, hidden))) if hidden else None
        prepared = _prepared if len(written.text) <= MAX_REMEMBERED else _prepare
        self.clean, self.script, self.heredocs = prepared(written.text, escape)
        for text in hidden:
            self.script = self.script.replace(text, "$" + "_" * (len(text) - 1))
        self.glued = GLUE in self.clean
        piece = written.segments[0] if len(written.segments) == 1 else None
        whole = piece and piece.aligned and len(piece.text) == len(written.text)
        self._base = piece.place if piece and whole else None

    def filled_in(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """Yield what is hidden in a stretch of the script."""
        return self.hidden.finditer(self.clean, start, end) if self.hidden else iter(())

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(piece.text) for piece in self.written.segments), initial=0))

    def place(self, start: int, end: int) -> Place:
        """Return where this stretch of the script is written."""
        if self._base is not None:
            base = self._base.span.start
            return Place(self._base.file, Span(base + start, base + end))
        return self.slice(start, end).used_at

    def slice(self, start: int, end: int) -> LocatedText:
        """Return a stretch of the script as the grammar reads it: continuations are blanks."""
        text = self.clean[start:end]
        if self._base is not None and not self.written.unresolved:
            place = self.place(start, end)
            return LocatedText(text, (Segment(text, place),), place)
        raw = self.raw(start, end)
        if raw.text == text:
            return raw
        at, pieces = 0, []
        for piece in raw.segments:
            pieces.append(replace(piece, text=text[at : at + len(piece.text)]))
            at += len(piece.text)
        return replace(raw, text=text, segments=tuple(pieces))

    def raw(self, start: int, end: int) -> LocatedText:
        """Return a stretch as written; faster than :meth:`LocatedText.slice` where there are many pieces."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = max(bisect_right(self._starts, max(end - 1, start)), first + 1)
        pieces = self.written.segments[first:last]
        text = "".join(piece.text for piece in pieces)
        part = LocatedText(text, pieces, self.written.used_at, self.written.unresolved)
        offset = self._starts[first]
        return part.slice(start - offset, end - offset)


class Word(Record, eq=False):
    """A word of a command: quotes removed, variables replaced where they are known."""

    text: str
    """The value; unknown variables stand in it as they are written."""
    unresolved: tuple[str, ...] = ()
    """The variables and substitutions in it that have no known value."""
    calls: tuple[int, ...] = ()
    """The calls whose output it holds, by their number."""
    process: str = ""
    """`<` or `>` for a process substitution."""
    quoted: bool = False
    source: Source | None = None
    start: int = 0
    end: int = 0
    parts: tuple[LocatedText, ...] | None = None
    """The parts that make it up, where it is no plain stretch of its source."""
    _written: LocatedText | None = None

    @classmethod
    def of(cls, written: LocatedText) -> Word:
        """Return a word that is known as a whole: an element of an exec form, the value of a variable."""
        return cls(written.text, written.unresolved, _written=written, quoted=True)

    @property
    def written(self) -> LocatedText:
        """The word with its places."""
        if self._written is None:
            self._written = self._put_together()
        return self._written

    def _put_together(self) -> LocatedText:
        if self.source is None:
            raise AssertionError("a word has a source or is written")
        if self.parts is None:
            return self.source.slice(self.start, self.end)
        if len(self.parts) == 1:
            return self.parts[0]
        place = self.source.place(self.start, self.end)
        joined = LocatedText.joined(self.parts, place)
        return LocatedText(self.text, joined.segments, place, self.unresolved)

    @property
    def place(self) -> Place:
        """Where the word stands in the script, whatever decides it."""
        if self.source is not None:
            return self.source.place(self.start, self.end)
        return self.written.used_at

    @property
    def plain(self) -> bool:
        """Whether it is a plain stretch of its source."""
        return self.parts is None and self.source is not None

    @property
    def known(self) -> bool:
        """Whether its value is known."""
        return not self.unresolved
