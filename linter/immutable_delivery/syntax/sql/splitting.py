"""A script cut into statements, as the programs that run scripts cut them: in one pass, each character looked at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.syntax.sql import batches
from immutable_delivery.syntax.sql.dialects import Dialect
from immutable_delivery.syntax.sql.routines import Routine, routine_at

_QUOTES = {
    "standard": r"""'[^']*+(?:'|\Z) | "[^"]*+(?:"|\Z) | `[^`]*+(?:`|\Z) | [eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z) | [eE](?!')""",
    "mysql": r"""'[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|\\?\Z) | "[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z) | `[^`]*+(?:`|\Z)""",
    "sqlserver": r"""'[^']*+(?:'|\Z) | "[^"]*+(?:"|\Z) | \[[^\]\n]*+(?:\]|(?=\n)|\Z)""",
}
_LINES = {
    "standard": r"--[^\n]*+ | -(?!-)",
    "mysql": r"--(?=\s|\Z)[^\n]*+ | \#[^\n]*+ | -(?!-(?:\s|\Z))",
    "sqlserver": r"--[^\n]*+ | -(?!-)",
}
_FIRST = {
    "standard": r"'\"`;$/\-\\\neE",
    "mysql": r"'\"`;$/\-\\\n\#",
    "sqlserver": r"'\"\[;$/\-\\\n",
}
"""What something else than plain text may begin with."""
_BLOCK = r"/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/ | /(?!\*)"
_COMMAND = (
    r"(?:GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?:--[^\n]*)?\r?$|DELIMITER[ \t]+\S|/[ \t]*\r?$|\\[a-z!])"
)
"""What a line holds that is for the program which runs the script."""

_TAG = lazy(r"\$(?:[A-Za-z_]\w*)?\$")
_COMMENT_MARK = lazy(r"/\*|\*/")
_LINE_COMMAND = lazy(rf"[ \t]*({_COMMAND})", re.IGNORECASE | re.MULTILINE)
_DELIMITER = lazy(r"[ \t]*DELIMITER[ \t]+(\S+)", re.IGNORECASE)
_ENDS = lazy(r"(?:\s*+;)*+")
_LEADING = lazy(r"(?:\s++|--[^\n]*+|/\*(?!!)(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/)*+")
_LEADING_MYSQL = lazy(r"(?:\s++|--(?=\s|\Z)[^\n]*+|\#[^\n]*+|/\*(?!!)(?:[^*]++|\*(?!/))*+\*/)*+")
_COPY = lazy(r"COPY\b[^;]*\bFROM\s+STDIN\b", re.IGNORECASE)
_COPIED = lazy(r"^\\\.[ \t]*\r?$", re.MULTILINE)
_MOST_DELIMITERS = 20
_LONGEST_DELIMITER = 16


class Cut(Record, frozen=True, array_like=True):
    """A statement: from its first word to its last, without delimiter and the comments above."""

    start: int
    end: int


def split(
    script: str, dialect: Dialect = "standard", start: int = 0, end: int = -1
) -> Iterator[Cut]:
    """Yield the statements of a script, or of a part of it."""
    return _Splitter(script, dialect, len(script) if end < 0 else end).statements(start)


class _Splitter:
    """One way through one script."""

    def __init__(self, script: str, dialect: Dialect, end: int) -> None:
        self.script = script
        self.dialect = dialect
        self.end = end
        self.delimiter = ";"
        self.known = {";"}
        self.routine: Routine | None = None
        self.leading = _LEADING_MYSQL if dialect == "mysql" else _LEADING

    def statements(self, at: int) -> Iterator[Cut]:
        """Yield them from here on."""
        begin = at
        if self._begins_line(at):
            at, commanded = self._commanded(at)
            begin = at if commanded else begin
        parts: list[tuple[int, int]] = []
        while at < self.end:
            stop = self._plain(at)
            parts.append((at, stop))
            if stop < self.end and self.script.startswith(self.delimiter, stop):
                start, at = self._begun(begin), stop + len(self.delimiter)
                if self.delimiter == ";" and self._inside(start, parts):
                    continue
                yield from self._cut(start, stop)
                begin = at = self._after(start, at)
            elif self.script[stop : stop + 1] == "\n" and stop < self.end:
                at, commanded = self._commanded(stop + 1)
                if not commanded:
                    continue
                yield from self._cut(self._begun(begin), stop)
                begin = at
            else:
                at = self._closed(stop) if stop < self.end else stop
                continue
            parts, self.routine = [], None
        yield from self._cut(self._begun(begin), min(at, self.end))

    def _inside(self, start: int, parts: list[tuple[int, int]]) -> bool:
        """Tell whether the statement that begins there goes on behind a semicolon: the body of a routine does."""
        if self.routine is None:
            if not routine_at(self.script, start):
                return False
            self.routine = Routine(self.script, self.dialect)
        return self.routine.goes_on(parts)

    def _plain(self, at: int) -> int:
        """Return where something stands that cuts or nests; quotes and comments are gone through."""
        found = _pattern(self.dialect, self.delimiter).match(self.script, at, self.end)
        return found.end() if found else at

    def _begins_line(self, at: int) -> bool:
        return at == 0 or self.script[at - 1] == "\n"

    def _begun(self, begin: int) -> int:
        """Return where the first word stands."""
        found = self.leading.match(self.script, begin, self.end)
        at = found.end() if found else begin
        while self.dialect != "mysql" and self.script.startswith("/*", at) and at < self.end:
            found = self.leading.match(self.script, self._commented(at), self.end)
            at = found.end() if found else self.end
        return at

    def _cut(self, start: int, end: int) -> Iterator[Cut]:
        parts: Iterable[tuple[int, int]] = [(start, end)]
        if self.dialect == "sqlserver" and not routine_at(self.script, start):
            parts = batches.statements(self.script, start, end)
        for begin, stop in parts:
            if begin < stop:
                yield Cut(begin, begin + len(self.script[begin:stop].rstrip()))

    def _after(self, start: int, at: int) -> int:
        """Return where the next statement may begin: behind further delimiters, and behind data that is copied."""
        if self.script[start : start + 1] in "cC" and _COPY.match(self.script, start, at):
            closed = _COPIED.search(self.script, at, self.end)
            return closed.end() if closed else self.end
        found = _ENDS.match(self.script, at, self.end) if self.delimiter == ";" else None
        return found.end() if found else at

    def _commanded(self, at: int) -> tuple[int, bool]:
        """Return where the script goes on at this line, and whether the line was a command that cuts it."""
        found = _LINE_COMMAND.match(self.script, at, self.end)
        if found is None:
            return at, False
        newline = self.script.find("\n", at, self.end)
        stop = newline if newline >= 0 else self.end
        if declared := _DELIMITER.match(self.script, at, stop):
            self._delimit(declared[1])
        return stop, True

    def _delimit(self, word: str) -> None:
        if len(word) <= _LONGEST_DELIMITER and (
            len(self.known) < _MOST_DELIMITERS or word in self.known
        ):
            self.known.add(word)
            self.delimiter = word

    def _closed(self, at: int) -> int:
        """Return where what begins here ends: a dollar quote, a comment that holds others; the end where nothing closes it."""
        script = self.script
        if script.startswith("/*", at):
            return self._commented(at)
        tag = _TAG.match(script, at) if self.dialect == "standard" else None
        if tag is None or (at and (script[at - 1].isalnum() or script[at - 1] == "_")):
            return at + 1
        closed = script.find(tag[0], tag.end(), self.end)
        return closed + len(tag[0]) if closed >= 0 else self.end

    def _commented(self, at: int) -> int:
        depth = 0
        for mark in _COMMENT_MARK.finditer(self.script, at, self.end):
            depth += 1 if mark[0] == "/*" else -1
            if depth == 0:
                return mark.end()
        return self.end


@lru_cache(maxsize=64)
def _pattern(dialect: Dialect, delimiter: str) -> re.Pattern[str]:
    """Return what goes through all that neither cuts nor nests."""
    first, rest = re.escape(delimiter[0]), re.escape(delimiter[1:]) if delimiter != ";" else ""
    single = (
        "" if delimiter == ";" else f"| ; | {first}"
    )  # a part of the delimiter, or what was one
    dollar = r"\$(?!(?:[A-Za-z_]\w*)?\$)" if dialect == "standard" else r"\$"
    return re.compile(
        rf"""(?:(?!{first}{rest})(?:
            [^{_FIRST[dialect]}{first}]++
          | {_QUOTES[dialect]} | {_LINES[dialect]} | {_BLOCK} | {dollar}
          | \n(?![ \t]*{_COMMAND}) | \\ {single}
        ))*+""",
        re.VERBOSE | re.IGNORECASE | re.MULTILINE | re.DOTALL,
    )
