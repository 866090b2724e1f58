"""The words that grow while a node of the grammar is expanded."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.source import Source, Word

_GLUED = lazy("\x01+")
_FIELD = r"\$\([^)]{0,500}\)|`[^`]{0,500}`|\$\{[^}]{0,200}\}|\S"
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b"}


def _field(missing: tuple[str, ...]) -> re.Pattern[str]:
    """Match what blanks separate; a substitution that has no value is one piece, whatever it holds."""
    whole = [re.escape(text) for text in missing if text[:1] in {"$", "`"}]
    return lazy(f"(?:{'|'.join([*whole, _FIELD])})+")


class Fields:
    """Words in the making: text comes piece by piece, blanks in unquoted values cut it."""

    def __init__(self, source: Source, start: int, end: int, *, split: bool = True) -> None:
        self.source = source
        self.start, self.end = start, end
        self.split = split
        self.quoted = False
        self.done: list[Word] = []
        self.parts: list[LocatedText] = []
        self.calls: tuple[int, ...] = ()

    def raw(self, start: int, end: int) -> None:
        """Add what stands between single quotes; what somebody else fills in has no value there either."""
        self.quoted = True
        for match in self.source.filled_in(start, end):
            self._raw(start, match.start())
            self.unknown(*match.span(), match[0])
            start = match.end()
        self._raw(start, end)

    def _raw(self, start: int, end: int) -> None:
        at = start
        for match in _GLUED.finditer(self.source.clean, start, end):
            self.plain(at, match.start())
            at = match.end()
        self.plain(at, end)

    def plain(self, start: int, end: int) -> None:
        """Add a stretch as it is written."""
        if start < end:
            self.parts.append(self.source.slice(start, end))

    def decoded(self, start: int, end: int) -> None:
        """Add `$'…'`."""
        self.quoted = True
        raw = self.source.clean[start + 2 : end - 1]
        text = re.sub(r"\\(.)", lambda match: _ANSI.get(match[1], match[1]), raw, flags=re.DOTALL)
        place = self.source.place(start, end)
        self.parts.append(LocatedText.unaligned(text, place))

    def unknown(self, start: int, end: int, name: str, calls: tuple[int, ...] = ()) -> None:
        """Add something without a known value, as it is written."""
        raw = self.source.slice(start, end)
        self.parts.append(LocatedText(raw.text, raw.segments, raw.used_at, (*raw.unresolved, name)))
        self.calls += calls

    def value(self, word: Word, *, quoted: bool) -> None:
        """Add the value of a variable, cut into words unless it is quoted."""
        self.calls += word.calls
        written = word.written
        if quoted or not self.split or not any(char in written.text for char in " \t\n"):
            self.quoted |= quoted
            self.parts += [written] if quoted or written.text else []
            return
        if written.text[0].isspace():
            self._cut()
        for match in _field(written.unresolved).finditer(written.text):
            self.parts.append(written.slice(*match.span()))
            if match.end() < len(written.text):
                self._cut()

    def several(self, words: list[Word]) -> None:
        """Add the elements of an array, each a word of its own."""
        for index, word in enumerate(words):
            if index:
                self._cut()
            self.parts.append(word.written)
            self.calls += word.calls

    def since(self, before: int) -> Word:
        """Return the parts added since there were ``before``, as one word."""
        parts = self.parts[before:]
        place = self.source.place(self.start, self.end)
        return Word.of(parts[0] if len(parts) == 1 else LocatedText.joined(parts, place))

    def finish(self) -> list[Word]:
        """Return the words."""
        if self.parts or (self.quoted and not self.done):
            self.done.append(self._word())
        return self.done

    def _cut(self) -> None:
        if self.parts:
            self.done.append(self._word())
        self.parts, self.calls = [], ()

    def _word(self) -> Word:
        """Return a word of the parts that there are."""
        parts = tuple(self.parts)
        missing = tuple(dict.fromkeys(name for part in parts for name in part.unresolved))
        text = "".join(part.text for part in parts)
        span = self.source, self.start, self.end
        return Word(text, missing, self.calls, "", self.quoted, *span, parts)
