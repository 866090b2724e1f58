"""Here-documents: where BuildKit sees them in a line, and the words that end them."""

from __future__ import annotations

from immutable_delivery.formats.dockerfile.lines import SPACE
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record

_OPENER = lazy(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]+)\Z")
_NAME = lazy(r"[0-9]+|[@*#?\-$!]|\w+")
_MODIFIERS = frozenset(":+-?#%/")


class Opener(Record, frozen=True):
    """A `<<NAME` word of an instruction."""

    name: str
    start: int
    end: int
    descriptor: int = 0
    strips: bool = False
    """`<<-`: leading tabs are removed."""
    quoted: bool = False
    """The name is quoted, so that nothing in the body is expanded."""


def openers(line: str) -> list[Opener]:
    """Return the here-documents that a logical line opens; none where its quotes are not balanced."""
    if "<<" not in line:
        return []
    found = (_opener(line[start:end], start, end) for start, end in _words(line))
    return [opener for opener in found if opener]


def opener(word: str) -> Opener | None:
    """Return the here-document that a word by itself opens."""
    found = openers(word)
    return found[0] if len(found) == 1 and found[0].end - found[0].start == len(word) else None


def _opener(word: str, start: int, end: int) -> Opener | None:
    match = _OPENER.match(word)
    if match is None or len(_words(match[3])) != 1:
        return None
    name = _unquoted(match[3])
    quoted = sum(map(match[3].count, "'\"")) != sum(map(name.count, "'\""))
    return Opener(name, start, end, int(match[1] or 0), bool(match[2]), quoted)


def _unquoted(word: str) -> str:
    out, quote, at = [], "", 0
    while at < len(word):
        char = word[at]
        if (
            char == "\\"
            and quote != "'"
            and (not quote or word[at + 1 : at + 2] in {'"', "$", "\\"})
        ):
            at += 1
            out.append(word[at : at + 1])
        elif char in {"'", '"'} and quote in {"", char}:
            quote = "" if quote else char
        else:
            out.append(char)
        at += 1
    return "".join(out)


def _words(line: str) -> list[tuple[int, int]]:
    """Split as BuildKit's shell lexer does when it looks for here-documents; [] where it gives up."""
    words, start, at = [], -1, 0
    while at < len(line):
        if line[at] in SPACE:
            if start >= 0:
                words.append((start, at))
            start, at = -1, at + 1
            continue
        start = at if start < 0 else start
        if line[at] == "$" and (stop := _variable(line, at)) > 0:
            start, at = _around_spaces(line, start, at, stop, words)
            continue
        at = _token(line, at)
        if at < 0:
            return []
    return [*words, (start, len(line))] if start >= 0 else words


def _around_spaces(
    line: str, start: int, at: int, stop: int, words: list[tuple[int, int]]
) -> tuple[int, int]:
    """White space inside `${…}` parts words too, whatever quotes stand there."""
    for index in range(at, stop):
        if line[index] in SPACE:
            if start >= 0:
                words.append((start, index))
            start = -1
        elif start < 0:
            start = index
    return start, stop


def _token(line: str, at: int) -> int:
    """Return where the character, escape, quoted string or `<<` at ``at`` ends; -1 where it does not."""
    char = line[at]
    if char == "'":
        return line.find("'", at + 1) + 1 or -1
    if char == '"':
        return _double_quoted(line, at + 1)
    if char == "\\":
        return min(at + 2, len(line))
    if line.startswith("<<", at):
        at += 2
        while line[at : at + 1] in {"\t", "\r", " "}:
            at += 1
        return at
    if char == "$":
        return at + 1 if _variable(line, at) == 0 else -1
    return at + 1


def _double_quoted(line: str, at: int) -> int:
    while at < len(line) and line[at] != '"':
        if line[at] == "$" and (stop := _variable(line, at)):
            if stop < 0:
                return -1
            at = stop
            continue
        at += 2 if line[at] == "\\" and line[at + 1 : at + 2] in {'"', "$", "\\"} else 1
    return at + 1 if at < len(line) else -1


def _variable(line: str, at: int) -> int:
    """Return where `$X` or `${…}` ends, 0 where it is a dollar sign alone, -1 where it is broken."""
    if not line.startswith("${", at):
        name = _NAME.match(line, at + 1)
        return name.end() if name else 0
    if line[at + 2 : at + 3] in {"", "{", "}", ":"}:
        return -1
    name = _NAME.match(line, at + 2)
    at = name.end() if name else at + 2
    if line.startswith("}", at):
        return at + 1
    return _closing_brace(line, at + 1) if line[at : at + 1] in _MODIFIERS else -1


def _closing_brace(line: str, at: int) -> int:
    """Return the end of a modifier's word; nested `${…}` are counted, not recursed into."""
    depth = 1
    while at < len(line):
        if line.startswith("${", at):
            depth, at = depth + 1, at + 2
            continue
        if line[at] == "}":
            depth -= 1
            if not depth:
                return at + 1
        at = _plain_token(line, at)
        if at < 0:
            return -1
    return -1


def _plain_token(line: str, at: int) -> int:
    if line[at] == "'":
        return line.find("'", at + 1) + 1 or -1
    if line[at] == '"':
        end = lazy(r'(?:[^"\\]|\\.)*"').match(line, at + 1)
        return end.end() if end else -1
    return at + 2 if line[at] == "\\" else at + 1
