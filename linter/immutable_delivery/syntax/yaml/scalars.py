"""Where the characters of a YAML scalar stand: derived from its source, and verified against its value."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text

Run = tuple[str, int, int]
"""A stretch of a value and where in the file it stands; aligned when the lengths and texts agree."""

_PROPERTY = lazy(r"[&!]\S*+(?:\s++(?:#[^\n\r]*+)?)*+")
_HEADER = lazy(r"[|>][0-9+-]*[^\n\r]*(?:\r\n|\n|\r|\Z)")
_DOUBLE = lazy(
    r"(?P<fold>[ \t]*(?:\r\n|\n|\r)[ \t\r\n]*)"
    r"|\\(?P<joined>(?:\r\n|\n|\r)[ \t]*)"
    r"|\\(?P<code>x[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
    r"|\\(?P<escape>.)"
    r"|(?P<text>(?:[^\\ \t\r\n]++|[ \t]++(?![\r\n]))++)"
)
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_LINE = lazy(r"([^\n\r]*)(?:\r\n|\n|\r|\Z)")

_SURROGATES = range(0xD800, 0xE000)


def located(source: Text, value: str, begin: int, finish: int, style: str) -> LocatedText:
    """Return the value of a scalar whose event spans ``begin`` to ``finish`` with exact pieces."""
    text = source.value
    start = begin = after_properties(text, begin, finish)
    if style in {"'", '"'}:
        start = begin = begin + 1
        finish -= 1
    elif style in {"|", ">"}:
        start, begin, finish = _block(text, begin, finish)
    place = Place(source.path, Span(begin, finish))
    if text[begin:finish] == value:
        return LocatedText(value, (Segment(value, place),), place)
    runs = (
        double_quoted(text, begin, finish)
        if style == '"'
        else _multi_line(text, value, start, finish, style)
    )
    pieces = tuple(_pieces(runs, source.path))
    if "".join(piece.text for piece in pieces) != value:
        pieces = (Segment(value, place, aligned=False),)
    return LocatedText(value, pieces, place)


def after_properties(text: str, begin: int, finish: int) -> int:
    """Return where a node begins behind its anchor and tag."""
    while text[begin : begin + 1] in {"&", "!"} and (found := _PROPERTY.match(text, begin, finish)):
        begin = found.end()
    return begin


def double_quoted(text: str, begin: int, finish: int) -> Iterator[Run]:
    """Decode what stands between double quotes (YAML's or JSON's), stretch by stretch."""
    for found in _DOUBLE.finditer(text, begin, finish):
        yield _decoded(found), found.start(), found.end()


def _decoded(found: re.Match[str]) -> str:
    kind, part = found.lastgroup, found[0]
    if kind == "fold":
        breaks = part.count("\n") + part.count("\r") - part.count("\r\n")
        return "\n" * (breaks - 1) or " "
    if kind == "joined":
        return ""
    if kind == "code":
        return _code_point(part)
    return _ESCAPES.get(part[1], part[1]) if kind == "escape" else part


def _code_point(escape: str) -> str:
    high, _, low = escape[2:].partition("\\u")
    number = int(high, 16)
    if low:
        number = 0x10000 + ((number - 0xD800) << 10) + int(low, 16) - 0xDC00
    return "\ufffd" if number in _SURROGATES or number > sys.maxunicode else chr(number)


def _block(text: str, begin: int, finish: int) -> tuple[int, int, int]:
    """Return where the lines of a block scalar start, and its first and last written characters."""
    header = _HEADER.match(text, begin, finish)
    start = header.end() if header else begin
    content = text[start:finish]
    end = start + len(content.rstrip())
    return start, min(start + len(content) - len(content.lstrip()), end), end


def _multi_line(text: str, value: str, start: int, finish: int, style: str) -> Iterator[Run]:
    """Find the lines of a plain, single-quoted or block scalar in its value, one after the other."""
    at, last = 0, start
    for begin, end in _line_contents(text, value, start, finish, style):
        line = text[begin:end]
        wanted = line.replace("''", "'") if style == "'" else line
        found = at
        while not value.startswith(wanted, found) and value[found : found + 1] in {" ", "\n"}:
            found += 1
        if found > at:
            yield _between(text, value[at:found], last, begin)
        yield from _unquoted(line, begin) if wanted is not line else [(line, begin, end)]
        at, last = found + len(wanted), end
    if at < len(value):
        yield _between(text, value[at:], last, finish)


def _line_contents(
    text: str, value: str, start: int, finish: int, style: str
) -> Iterator[tuple[int, int]]:
    """Yield where the content of each line that has some stands."""
    block = style in {"|", ">"}
    indent = _indent(text[start:finish]) - _indent(value) if block else 0
    at = start
    while at < finish and (found := _LINE.match(text, at, finish)):
        begin, end = found.span(1)
        if block:
            begin += indent
        else:
            begin, end = _stripped(text, begin, end, at > start, found.end() < finish)
        if begin < end:
            yield begin, end
        at = found.end()


def _indent(text: str) -> int:
    """Return how far the first line that has content is indented."""
    first = text.lstrip()
    line = text[: len(text) - len(first)]
    return len(line) - 1 - max(line.rfind("\n"), line.rfind("\r"))


def _stripped(text: str, begin: int, end: int, before: bool, after: bool) -> tuple[int, int]:  # noqa: FBT001
    """Leave out the blanks that folding removes: those beside a line break."""
    while before and begin < end and text[begin] in " \t":
        begin += 1
    while after and begin < end and text[end - 1] in " \t":
        end -= 1
    return begin, end


def _between(text: str, gap: str, last: int, begin: int) -> Run:
    """Return what stands in a value between two lines: exactly where the line breaks are the same."""
    return (gap, last, last + len(gap)) if text.startswith(gap, last) else (gap, last, begin)


def _unquoted(line: str, begin: int) -> Iterator[Run]:
    at = begin
    for index, part in enumerate(line.split("''")):
        if index:
            yield "'", at, at + 2
            at += 2
        yield part, at, at + len(part)
        at += len(part)


def _pieces(runs: Iterable[Run], path: str) -> Iterator[Segment]:
    """Join neighbours that are character for character what is written."""
    texts: list[str] = []
    first = last = 0
    for text, start, end in runs:
        aligned = end - start == len(text)
        if texts and not (aligned and start == last):
            yield Segment("".join(texts), Place(path, Span(first, last)))
            texts = []
        if not aligned:
            if text:
                yield Segment(text, Place(path, Span(start, end)), aligned=False)
            continue
        if not texts:
            first = start
        texts.append(text)
        last = end
    if texts:
        yield Segment("".join(texts), Place(path, Span(first, last)))
