"""Source lines with what is meant underlined, whatever the lines hold: tabs, wide characters, controls, 10,000 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.reporters.plain import cell, cells
from immutable_delivery.source.text import Span, Text

_FIRST = lazy(r"[ \t]*((?:- )*[!-~]{1,16}) ")
"""An instruction, a key or a program, in YAML behind its dashes."""


class Frame(Record, frozen=True):
    """One line of the source as shown, and the marks beneath it."""

    number: int
    line: str
    marks: str
    gap: bool = False
    """Lines before this one are left out."""


def frames(text: Text, spans: Iterable[Span], width: int, most: int = 1) -> list[Frame]:
    """Return the lines that ``spans`` touch, no wider than ``width`` columns; of more than ``most`` the first and the last."""
    strokes = sorted({stroke for span in spans for stroke in _strokes(text, span, most)})
    lines = [
        (number, [(s, e) for _, s, e in group])
        for number, group in groupby(strokes, lambda s: s[0])
    ]
    left_out = len(lines) > most
    shown = [*lines[: most - 1], lines[-1]] if left_out and most > 1 else lines[:most]
    return [
        Frame(
            number,
            *_framed(text.line(number), marked, width),
            gap=left_out and 0 < at == most - 1,
        )
        for at, (number, marked) in enumerate(shown)
    ]


def _strokes(text: Text, span: Span, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield line, start and end (indices in the line) of each line's part of a span, without its indentation."""
    first, last = text.line_of(span.start), text.line_of(max(span.start, span.end - 1))
    every = range(first, last + 1)
    for number in every if len(every) <= most else (*every[:most], last):
        line, offset = text.line(number), text.line_starts[number - 1]
        indent = len(line) - len(line.lstrip()) if number > first else 0
        start = max(span.start - offset, indent)
        end = min(span.end - offset, len(line.rstrip()))
        if end > start or number == first:
            yield number, min(start, len(line)), max(end, start)


def _framed(line: str, marked: list[tuple[int, int]], width: int) -> tuple[str, str]:
    left, low, high = _cut(line, marked, width)
    shown, marks = [left], [" " * len(left)]
    inside = {at for start, end in marked for at in range(start, max(end, start + 1))}
    if line.isascii() and line.isprintable():  # most lines: a column for each character
        shown.append(line[low:high])
        marks += ["^" if index in inside else " " for index in range(low, high)]
    else:
        for index in range(low, high):
            part = cell(line[index])
            shown.append(part)
            marks.append(("^" if index in inside else " ") * cells(part))
    if high < len(line):
        shown.append("…")
    if any(start >= len(line) for start, _ in marked):
        marks.append("^")
    return "".join(shown).rstrip(), "".join(marks).rstrip()


def _cut(line: str, marked: list[tuple[int, int]], width: int) -> tuple[str, int, int]:
    """Return what stands before the part of a line that is shown, and that part."""
    low, high = _window(line, marked, width)
    if not low:
        return "", low, high
    head = _first_word(line, marked)
    low, high = _window(line, marked, width - len(head))
    if line.find(head) + len(head) < low:
        return f"{head}…", low, high
    return "", 0, high - max(low - len(head), 0)


def _first_word(line: str, marked: list[tuple[int, int]]) -> str:
    """Return what a line that is cut begins with, so that it still says which instruction it is."""
    found = _FIRST.match(line)
    return f"{found[1]} " if found and found.end() < marked[0][0] else ""


def _window(line: str, marked: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """Return the part of a line to show: all of it, or what fits around the first mark."""
    if len(line) <= width and _columns(line, 0, len(line)) <= width:
        return 0, len(line)
    first = min(marked[0][0], len(line))
    low = first
    room = width - 2 - min(_columns(line, first, min(marked[0][1], first + width)), width - 2)
    before = room // 3
    while low and before > 0:
        low -= 1
        before -= cells(cell(line[low]))
    high, taken = low, 0
    while high < len(line) and (taken := taken + cells(cell(line[high]))) <= width - 2:
        high += 1
    return low, high


def _columns(line: str, start: int, end: int) -> int:
    if line.isascii() and line.isprintable():
        return max(min(end, len(line)) - start, 0)
    return sum(cells(cell(char)) for char in line[start:end])
