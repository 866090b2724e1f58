"""A command that is written as one string, cut into words where no shell of the container reads it.

The reference is github.com/mattn/go-shellwords, which Compose uses; it stops at the first operator.
"""

from __future__ import annotations

from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import Cutter, unaligned

_ESCAPES = {"t": "\t", "n": "\n"}
_OPERATORS = frozenset(";&|<>")
_SPACE = frozenset(" \t\r\n")
_SUBSTITUTION = ")"


class CommandError(Exception):
    """A command that cannot be cut."""


def split(written: LocatedText) -> list[LocatedText]:
    """Return the words of a command; raise CommandError where that is impossible."""
    splitter = _Splitter(written)
    text, at = written.text, 0
    while at < len(text) and not splitter.ends_at(at):
        at = splitter.take(at)
    return splitter.finish(at)


class _Splitter:
    """The words so far, the word that is open and the quote that is open in it."""

    def __init__(self, written: LocatedText) -> None:
        self._text = written.text
        self._cutter = Cutter(written)
        self._words: list[LocatedText] = []
        self._parts: list[LocatedText] = []
        self._open = False
        self._start = 0
        self._quote = ""

    def ends_at(self, at: int) -> bool:
        """Whether an operator ends the command; before `>`, a word that begins with a digit is none."""
        char = self._text[at]
        if self._quote or char not in _OPERATORS:
            return False
        if char == ">" and self._first(at).isdigit():
            self._parts, self._start, self._open = [], at, False
        return True

    def take(self, at: int) -> int:
        """Take one character, or two of an escape; return where the next one stands."""
        char = self._text[at]
        if char == "\\" and self._quote != "'":
            return self._escape(at)
        if char in _SPACE and not self._quote:
            self._end_word(at)
            self._start = at + 1
        elif char in {'"', "'"} and self._quote in {"", char}:
            self._cut(at, at + 1)
            self._quote = "" if self._quote else char
            self._open = self._open or not self._quote
        else:
            self._open = True
            self._track(char, at)
        return at + 1

    def finish(self, at: int) -> list[LocatedText]:
        """Return the words."""
        if self._quote:
            raise CommandError("holds a quote or bracket that does not end")
        self._end_word(at)
        return self._words

    def _track(self, char: str, at: int) -> None:
        """Follow backquotes and `$(…)`, which stay in the word."""
        if char == "`" and self._quote in {"", "`"}:
            self._quote = "" if self._quote else char
        elif char == "(" and self._quote in {"", _SUBSTITUTION}:
            if self._quote or self._text[at - 1 : at] != "$":
                raise CommandError("holds a bracket that is not taken")
            self._quote = _SUBSTITUTION
        elif char == ")" and self._quote in {"", _SUBSTITUTION}:
            if not self._quote:
                raise CommandError("holds a bracket that is not taken")
            self._quote = ""

    def _escape(self, at: int) -> int:
        if at + 1 == len(self._text):
            raise CommandError("ends with a backslash")
        escape = self._cut(at, at + 2)
        char = self._text[at + 1]
        self._parts.append(unaligned(_ESCAPES.get(char, char), escape))
        self._open = True
        return at + 2

    def _first(self, at: int) -> str:
        return self._parts[0].text[:1] if self._parts else self._text[self._start : at][:1]

    def _cut(self, at: int, end: int) -> LocatedText:
        """Keep what stands before ``at``, and return what stands from there to ``end``."""
        if at > self._start:
            self._parts.append(self._cutter.cut(self._start, at))
        self._start = end
        return self._cutter.cut(at, end)

    def _end_word(self, at: int) -> None:
        if at > self._start:
            self._parts.append(self._cutter.cut(self._start, at))
        if self._open and len(self._parts) == 1:
            self._words.append(self._parts[0])
        elif self._open:
            word = LocatedText.joined(self._parts, self._cutter.cut(at, at).used_at)
            self._words.append(word.slice(0) if word.text else word)
        self._parts, self._open = [], False
