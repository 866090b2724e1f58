"""Cuts a template into texts and actions, and an action into words, as Go's lexer does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy

Token = tuple[str, int, int]
"""A kind, and where it starts and ends."""

Piece = tuple[bool, int, int]
"""Whether it is an action, and where it starts and ends; what trim markers take of a text is left out."""

_OPEN = re.compile(r"\{\{(?:(?P<trim>-)(?=[ \t\r\n]))?(?:[ \t\r\n]*/\*(?P<comment>))?", re.DOTALL)
_COMMENT_END = lazy(r".*?\*/(?:[ \t\r\n]+(-))?\}\}", re.DOTALL)
_REST = re.compile(
    r"(?:[^\"`'}]|\"(?:[^\"\\\n]|\\[^\n])*+\"|`[^`]*+`|'(?:[^'\\\n]|\\[^\n])*+'|\}(?!\}))*+\}\}"
)
_TRIMS_AFTER = tuple(f"{space}-}}}}" for space in " \t\r\n")
_SPACE = " \t\r\n"
_WORD_ENDS = r"(?=[\s.,|:()]|\}\}|\Z)"
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    rf"(?P<fields>(?:\.[^\W\d]\w*)+){_WORD_ENDS}"
    rf"|(?P<word>[^\W\d]\w*){_WORD_ENDS}"
    r'|(?P<string>"(?:[^"\\\n]|\\[^\n])*+")'
    rf"|(?P<variable>\$\w*){_WORD_ENDS}"
    r"|(?P<mark>:=|[=,|()])"
    r"|(?P<close>(?<=[ \t\r\n])-\}\}|\}\})"
    r"|(?P<number>[+-]?\.?[0-9](?:[0-9a-zA-Z_.]|(?<=[eEpP])[+-])*+)"
    r"|(?P<raw>`[^`]*+`)"
    r"|(?P<character>'(?:[^'\\\n]|\\[^\n])++')"
    r"|(?P<dot>\.)(?![^\W\d])"
    r"|(?P<bad>[\s\S]|\Z))"
)


class BadActionError(Exception):
    """An action that Go refuses: why, and which stretch of it is meant."""

    def __init__(self, reason: str, start: int, end: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.end = end


def pieces(text: str) -> Iterator[Piece]:
    """Yield the texts and actions of a template; raise BadActionError."""
    at, trim = 0, False
    while found := _OPEN.search(text, at):
        start = found.start()
        if at < start and (piece := _text(text, at, start, before=trim, after=bool(found["trim"]))):
            yield piece
        if found["comment"] is not None:
            at, trim = _comment(text, start, found.end())
            continue
        end = _REST.match(text, found.end())
        at = end.end() if end else len(text)
        yield True, start, at
        trim = text.startswith("-", at - 3) and text[at - 4 : at] in _TRIMS_AFTER
    if at < len(text) and (piece := _text(text, at, len(text), before=trim, after=False)):
        yield piece


def _text(text: str, start: int, end: int, *, before: bool, after: bool) -> Piece | None:
    if before:
        start = end - len(text[start:end].lstrip(_SPACE))
    if after:
        end = start + len(text[start:end].rstrip(_SPACE))
    return (False, start, end) if start < end else None


def _comment(text: str, start: int, at: int) -> tuple[int, bool]:
    """Return where a comment ends, and whether it trims what follows."""
    found = _COMMENT_END.match(text, at)
    if found is None:
        raise BadActionError("a comment ends with */}} and begins with {{/*", start, at)
    return found.end(), found[1] is not None


def tokens(action: str) -> list[Token]:
    """Return the words of an action; a mark is its own kind. Raise BadActionError."""
    found, at = list[Token](), len("{{")
    if action.startswith("-", at) and action[at + 1 : at + 2] in _SPACE:
        at += 1
    for one in _TOKEN.finditer(action, at):
        kind = str(one.lastgroup)
        if kind == "bad":
            break
        at = one.end()
        if kind == "close":
            return found
        start = one.start(kind)
        found.append((action[start:at] if kind == "mark" else kind, start, at))
    raise _bad(action, at)


def _bad(action: str, at: int) -> BadActionError:
    at += len(action) - at - len(action[at:].lstrip(_SPACE))
    if at >= len(action):
        return BadActionError("an action is not closed: write }}", 0, len("{{"))
    if action[at] in "\"`'":
        return BadActionError("a text in quotes is not closed", at, at + 1)
    return BadActionError(f"{action[at]!r} has no meaning here", at, at + 1)
