"""Cuts a template into text and actions, and actions into words, as Go's lexer does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.syntax.gotemplate.source import Source

Token = tuple[str, int, int]
"""A kind, and where it starts and ends."""

MAX_ACTIONS = 200_000
"""More in one text are refused."""

_OPEN = lazy(r"\{\{(?:-(?=[ \t\r\n]))?")
_COMMENT = lazy(r"[ \t\r\n]*/\*.*?\*/([ \t\r\n]+-)?\}\}", re.DOTALL)
_TOKEN = lazy(
    r"(?P<close>[ \t\r\n]+-\}\}|\}\})"
    r"|(?P<space>[ \t\r\n]+)"
    r"|(?P<fields>(?:\.[^\W\d]\w*)+)(?=[\s.,|:()]|\}\}|\Z)"
    r"|(?P<word>[^\W\d]\w*)(?=[\s.,|:()]|\}\}|\Z)"
    r"|(?P<variable>\$\w*)(?=[\s.,|:()]|\}\}|\Z)"
    r'|(?P<string>"(?:[^"\\\n]|\\[^\n])*+")'
    r"|(?P<raw>`[^`]*+`)"
    r"|(?P<number>[+-]?\.?[0-9](?:[0-9a-zA-Z_.]|(?<=[eEpP])[+-])*+)"
    r"|(?P<character>'(?:[^'\\\n]|\\[^\n])++')"
    r"|(?P<mark>:=|[=,|()])"
    r"|(?P<dot>\.)(?![^\W\d])"
)
_SPACE = " \t\r\n"


class Action(Record, frozen=True):
    """What stands between `{{` and `}}`."""

    start: int
    end: int
    tokens: list[Token]


Item = Action | tuple[int, int]
"""An action, or the stretch of a text (what trim markers take is left out)."""


def items(source: Source) -> Iterator[Item]:
    """Yield the actions of a template and the texts between them; raise TemplateError."""
    text, at, trim, count = source.text, 0, False, 0
    find = _OPEN.search
    while found := find(text, at):
        start = found.start()
        yield from _text(text, at, start, before=trim, after=found.end() - start > len("{{"))
        count += 1
        if count > MAX_ACTIONS:
            raise source.error(f"has more than {MAX_ACTIONS} actions", start)
        if comment := _COMMENT.match(text, found.end()):
            at, trim = comment.end(), bool(comment[1])
            continue
        tokens, at, trim = _tokens(source, start, found.end())
        yield Action(start, at, tokens)
    yield from _text(text, at, len(text), before=trim, after=False)


def _text(text: str, start: int, end: int, *, before: bool, after: bool) -> Iterator[Item]:
    if before:
        while start < end and text[start] in _SPACE:
            start += 1
    if after:
        while start < end and text[end - 1] in _SPACE:
            end -= 1
    if start < end:
        yield start, end


def _tokens(source: Source, start: int, at: int) -> tuple[list[Token], int, bool]:
    """Return the words of an action, where it ends, and whether it trims what follows."""
    text, match = source.text, _TOKEN.match
    tokens: list[Token] = []
    while found := match(text, at):
        kind, end = found.lastgroup, found.end()
        if kind == "close":
            return tokens, end, end - at > len("}}")
        if kind != "space":
            tokens.append((str(kind), at, end))
        at = end
    raise _bad(source, start, at)


def _bad(source: Source, start: int, at: int) -> Exception:
    text = source.text
    if at >= len(text):
        return source.error("an action is not closed: write }}", start, start + 2)
    if text.startswith("/*", at):
        return source.error("a comment ends with */}} and begins with {{/*", at, at + 2)
    if text[at] in "\"`'":
        return source.error("a text in quotes is not closed", at, at + 1)
    return source.error(f"{text[at]!r} has no meaning here", at, at + 1)
