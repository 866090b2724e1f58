"""`$X` and `${X:-d}` in an instruction, quotes and escapes, as BuildKit's shell lexer takes them."""

from __future__ import annotations

import re

from immutable_delivery.formats.dockerfile.lines import Line
from immutable_delivery.formats.dockerfile.patterns import replaced, trimmed
from immutable_delivery.formats.dockerfile.variables import UNSET, Unset, Variables
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.located import LocatedText, Segment

MAX_DEPTH = 20
MAX_LENGTH = 4_000
"""A word that variables make longer by more than this is taken for unknown: it doubles at every step."""

_NAME = lazy(r"[0-9]+|[@*#?\-$!]|\w+")
_SPECIAL = lazy(r"[$'\"\\`]", needs=("$", "'", '"', "\\", "`"))


class BadSubstitutionError(Exception):
    """A `${…}` or quote that BuildKit refuses, with its offset in the file."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def expand(written: LocatedText, variables: Variables, escape: str = "\\") -> LocatedText:
    """Return the word as BuildKit's shell lexer makes it: variables resolved, quotes and escapes gone.

    What nothing gives a value stays as it is written and is named in ``missing``.
    """
    if not _SPECIAL.search(written.text):
        return written
    out = _Out(MAX_LENGTH + len(written.text))
    _Expansion(Line.of(written), variables, escape).words(0, "", 0, out)
    return out.written(written) if out.room >= 0 else replace(written, unresolved=("…",))


class Resolver(Record):
    """Expands words and keeps what BuildKit would refuse."""

    escape: str
    faults: list[BadSubstitutionError] = field(default_factory=list)

    def __call__(self, written: LocatedText, variables: Variables) -> LocatedText:
        """Return the word expanded; as it is written and unknown where BuildKit refuses it."""
        try:
            return expand(written, variables, self.escape)
        except BadSubstitutionError as fault:
            self.faults.append(fault)
            return replace(written, unresolved=(written.text,))


class _Out(Record):
    room: int
    """How much longer it may become."""
    segments: list[Segment] = field(default_factory=list)
    unresolved: dict[str, None] = field(default_factory=dict)

    def add(self, value: LocatedText) -> None:
        self.room -= len(value.text)
        if self.room >= 0:
            self.segments += value.segments
            self.unresolved |= dict.fromkeys(value.unresolved)

    @property
    def text(self) -> str:
        """What has been added."""
        return "".join(piece.text for piece in self.segments)

    def written(self, whole: LocatedText) -> LocatedText:
        return replace(
            whole, text=self.text, segments=tuple(self.segments), unresolved=tuple(self.unresolved)
        )


class _Expansion:
    def __init__(self, line: Line, variables: Variables, escape: str) -> None:
        self._line = line
        self._text = line.text
        self._variables = variables
        self._escape = escape

    def words(self, at: int, stop: str, depth: int, out: _Out) -> int:
        """Expand until ``stop`` or the end; return where that is."""
        begin = at
        while at < len(self._text) and self._text[at] != stop:
            char = self._text[at]
            if char not in "$'\"" and char != self._escape:
                at += 1
                continue
            out.segments += self._line.segments(begin, at)
            at = begin = self._special(char, at, depth, out)
        out.segments += self._line.segments(begin, at)
        if stop and at >= len(self._text):
            raise self._bad(f"'{stop}' is missing", at)
        return at

    def _special(self, char: str, at: int, depth: int, out: _Out) -> int:
        if char == "$":
            return self._dollar(at, depth, out)
        if char == "'":
            end = self._text.find("'", at + 1)
            if end < 0:
                raise self._bad("a single quote is not closed", at)
            out.segments += self._line.segments(at + 1, end)
            return end + 1
        if char == '"':
            return self._double_quoted(at + 1, depth, out)
        out.segments += self._line.segments(at + 1, min(at + 2, len(self._text)))
        return at + 2

    def _double_quoted(self, at: int, depth: int, out: _Out) -> int:
        begin = at
        while at < len(self._text) and self._text[at] != '"':
            char = self._text[at]
            if char == "$":
                out.segments += self._line.segments(begin, at)
                at = begin = self._dollar(at, depth, out)
            elif char == self._escape and self._text[at + 1 : at + 2] in {'"', "$", self._escape}:
                out.segments += self._line.segments(begin, at)
                begin, at = at + 1, at + 2
            else:
                at += 1
        if at >= len(self._text):
            raise self._bad("a double quote is not closed", begin)
        out.segments += self._line.segments(begin, at)
        return at + 1

    def _dollar(self, at: int, depth: int, out: _Out) -> int:
        braced = self._text.startswith("{", at + 1)
        found = _NAME.match(self._text, at + 1 + braced)
        if not braced:
            end = found.end() if found else at + 1
            self._plain(found[0] if found else "", at, end, out)
            return end
        if found is None:
            raise self._bad("a bad substitution", at)
        return self._braced(found, at, depth, out)

    def _braced(self, found: re.Match[str], start: int, depth: int, out: _Out) -> int:
        at = found.end()
        if self._text.startswith("}", at):
            self._plain(found[0], start, at + 1, out)
            return at + 1
        colon = self._text.startswith(":", at)
        operator = self._text[at + colon : at + colon + 1]
        if not operator:
            raise self._bad("'}' is missing", at)
        if operator not in ("-+?" if colon else "-+?#%/"):
            raise self._bad("a modifier that is not supported", at)
        if depth > MAX_DEPTH:
            raise self._bad("substitutions too deep in each other", at)
        if operator == "/":
            return self._replaced(found, start, depth, out)
        word = _Out(out.room)
        end = self.words(at + colon + 1, "}", depth + 1, word) + 1
        self._modified(found[0], operator, word, (start, end), out, empty_is_unset=colon)
        return end

    def _replaced(self, found: re.Match[str], start: int, depth: int, out: _Out) -> int:
        """Expand `${X/pattern/other}`; two slashes replace every occurrence."""
        every = self._text.startswith("//", found.end())
        pattern, other = _Out(out.room), _Out(out.room)
        middle = self.words(found.end() + 1 + every, "/", depth + 1, pattern)
        end = self.words(middle + 1, "}", depth + 1, other) + 1
        value = self._trimmable(found[0], (start, end))
        known = value is not None and not pattern.unresolved and not other.unresolved
        made = (
            replaced(value, pattern.text, other.written(value), every=every)
            if value and known
            else None
        )
        self._add(made, found[0], (start, end), out)
        return end

    def _trimmable(self, name: str, source: tuple[int, int]) -> LocatedText | None:
        """Return what a name stands for; None where that, or an escape in the pattern, leaves open what becomes of it."""
        value = self._variables.find(name)
        if not isinstance(value, LocatedText) or self._escape in self._text[slice(*source)]:
            return None
        return value if value.known else None

    def _add(
        self, value: LocatedText | None, name: str, source: tuple[int, int], out: _Out
    ) -> None:
        """Add a value, or what is written in its place where it is not known."""
        if value is not None:
            out.add(value)
        else:
            out.segments += self._line.segments(*source)
            out.unresolved |= {name: None}

    def _plain(self, name: str, start: int, end: int, out: _Out) -> None:
        value = self._variables.find(name) if name else UNSET
        if name and self._variables.lacks(name):
            return
        if isinstance(value, LocatedText):
            out.add(value)
        else:
            out.segments += self._line.segments(start, end)
            out.unresolved |= {name: None} if name else {}

    def _modified(
        self,
        name: str,
        operator: str,
        word: _Out,
        source: tuple[int, int],
        out: _Out,
        *,
        empty_is_unset: bool,
    ) -> None:
        if operator in "#%":
            given = None if word.unresolved else self._trimmable(name, source)
            self._add(given and trimmed(given, operator, word.text), name, source, out)
            return
        value = self._variables.find(name)
        unset = isinstance(value, Unset) or (
            empty_is_unset and isinstance(value, LocatedText) and value.known and not value.text
        )
        decided = unset or (isinstance(value, LocatedText) and value.known)
        if operator == "+" and decided and unset:
            return
        if operator in "-+" and decided and (operator == "+" or unset):
            out.room = word.room
            out.segments += word.segments
            out.unresolved |= word.unresolved
        elif operator in "-?" and isinstance(value, LocatedText) and not unset:
            out.add(value)
        else:
            out.segments += self._line.segments(*source)
            out.unresolved |= {name: None}

    def _bad(self, reason: str, at: int) -> BadSubstitutionError:
        return BadSubstitutionError(reason, self._line.offset(at))
