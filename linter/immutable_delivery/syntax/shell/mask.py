"""Scripts made ready for the grammar: every mask keeps the length, so that offsets stay true."""

from __future__ import annotations

import re
from functools import cache

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record

GLUE = "\x01"
"""Stands where a continuation cuts a word in two; no character of the word."""

_MARK = "\x02"
_BREAKS = " \t\n;&|()<>"
_CONTROL = lazy("[\x01-\x03]")
_SUBSHELLS = lazy(
    r"""((?:^|[;&|{!(]|\b(?:then|do|else))[ \t]*)\(\(([ \t]*[\w./-]+[ \t]+[\w./"'$][^()]*)\)\)""",
    re.MULTILINE,
)
"""Two opening parentheses before a command: arithmetic has no two words side by side."""
_BACKSLASH = r"(?<!\\)\\"


@cache
def _continuation(escape: str) -> re.Pattern[str]:
    mark = _BACKSLASH if escape == "\\" else re.escape(escape)
    skipped = r"(?:[ \t]*(?:\#[^\n]*)?\r?\n)*(?:[ \t]*\#[^\n]*\Z)?"
    return lazy(rf"{mark}[ \t]*\r?\n{skipped}")


def mask(text: str, escape: str = "\\") -> str:
    """Blank out continuations with the comment and blank lines inside them, as Docker drops them."""
    text = (
        _CONTROL.sub(" ", text).replace("\r\n", " \n") if "\r" in text else _CONTROL.sub(" ", text)
    )
    if "((" in text:
        text = _SUBSHELLS.sub(r"\1 (\2) ", text)
    if escape not in text:
        return text
    if escape + "\n" not in text and not re.search(re.escape(escape) + r"[ \t]+\n", text):
        return text
    return _continuation(escape).sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - 1, 0) : match.start()]
    after = match.string[match.end() : match.end() + 1]
    inside = before and after and before not in _BREAKS and after not in _BREAKS
    return (GLUE if inside else " ") * len(match[0])


class Heredoc(Record, frozen=True):
    """The body of a heredoc or here-string: where it stands, and whether the shell leaves it alone."""

    start: int
    end: int
    literal: bool = False
    """A quoted delimiter: no variables inside."""
    string: bool = False
    """A here-string (`<<< word`): the word follows, there is no body."""


_NORMAL = lazy(
    r"""\\.|\$'(?:[^'\\]|\\.)*'|'[^']*'|"|\$?\(\(|\$?\(|\)\)?|(?<![^\s;&|()])\#[^\n]*|<<<
    |<<(?P<dash>-?)[ \t]*(?P<delimiter>\\?[\w.+!%@/:-]+|'[^'\n]*'|"[^"\n]*")|\n""",
    re.VERBOSE | re.DOTALL,
)
_QUOTED = lazy(r'\\.|"|\$\(\(|\$\(|\n', re.DOTALL)


def cut_heredocs(text: str) -> tuple[str, dict[int, Heredoc]]:
    """Take heredoc bodies out; the dictionary holds them by the offset of their opener, now a plain redirect."""
    if "<<" not in text:
        return text, {}
    return _Cutter(text).cut()


class _Cutter:
    """Walks over quotes, substitutions and comments, as far as it takes to find the heredocs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[str] = []
        self.pending: list[re.Match[str]] = []
        self.found: dict[int, Heredoc] = {}
        self.edits: list[tuple[int, int, str]] = []

    def cut(self) -> tuple[str, dict[int, Heredoc]]:
        while True:
            quoted = self.stack[-1:] == ['"']
            match = (_QUOTED if quoted else _NORMAL).search(self.text, self.at)
            if match is None:
                return self._edited(), self.found
            self.at = match.end()
            self._mark(match, match[0])

    def _mark(self, match: re.Match[str], mark: str) -> None:
        arithmetic = self.stack[-1:] == ["(("]
        if mark == "\n":
            self._bodies()
        elif mark == '"':
            self.stack.pop() if self.stack[-1:] == ['"'] else self.stack.append('"')
        elif mark.endswith("("):
            self.stack.append("((" if mark.endswith("((") else "(")
        elif mark.startswith(")"):
            self._close(match, mark)
        elif mark == "<<<" and not arithmetic:
            self.found[match.start()] = Heredoc(match.end(), match.end(), string=True)
            self.edits.append((match.start(), match.end(), "<  "))
        elif mark.startswith("<<") and not arithmetic:
            self.pending.append(match)
            self.edits.append((match.start(), match.end(), "<" + _MARK * (len(mark) - 1)))

    def _close(self, match: re.Match[str], mark: str) -> None:
        if mark == "))" and self.stack[-1:] != ["(("]:
            self.at = match.start() + 1
        if self.stack and self.stack[-1] != '"':
            self.stack.pop()

    def _bodies(self) -> None:
        for opener in self.pending:
            delimiter = opener["delimiter"]
            word = delimiter.strip("'\"").removeprefix("\\")
            tabs = r"\t*" if opener["dash"] else ""
            end = lazy(rf"^{tabs}{re.escape(word)}[ \t]*$", re.MULTILINE).search(self.text, self.at)
            stop, after = (end.start(), end.end()) if end else (len(self.text),) * 2
            self.found[opener.start()] = Heredoc(self.at, stop, literal=delimiter != word)
            self.edits.append((self.at, after, ""))
            self.at = min(after + 1, len(self.text))
        self.pending.clear()

    def _edited(self) -> str:
        parts, at = [], 0
        for start, end, new in sorted(self.edits):
            parts += [self.text[at:start], new or " " * (end - start)]
            at = end
        return "".join([*parts, self.text[at:]])
