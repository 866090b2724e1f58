"""The arguments of an instruction: flags, words, names with values and JSON arrays, as BuildKit splits them."""

from __future__ import annotations

from immutable_delivery.formats.dockerfile.lines import SPACE, Line
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText

BLANKS = lazy(r"[\t\v\f\r ]+")
"""What parts words where BuildKit does not look at quotes."""


Range = tuple[int, int]


def stripped(text: str, start: int, end: int) -> Range:
    """Return the range without the white space around it."""
    while start < end and text[start] in SPACE:
        start += 1
    while start < end and text[end - 1] in SPACE:
        end -= 1
    return start, end


def command(line: Line, start: int, end: int) -> tuple[Range, Range]:
    """Return where the instruction's keyword is and where its arguments are."""
    start, end = stripped(line.text, start, end)
    gap = BLANKS.search(line.text, start, end)
    return ((start, gap.start()), (gap.end(), end)) if gap else ((start, end), (end, end))


def flags(line: Line, start: int, end: int, escape: str) -> tuple[tuple[LocatedText, ...], Range]:
    """Return the `--name=value` words that come first, without their quotes, and where the rest is."""
    found: list[LocatedText] = []
    text = line.text
    while True:
        start = stripped(text, start, end)[0]
        if not text.startswith("--", start, end):
            return tuple(found), stripped(text, start, end)
        runs, start = _flag(text, start, end, escape)
        word = line.pick(runs, start)
        if word.text == "--":
            return tuple(found), stripped(text, start, end)
        found.append(word)


def _flag(text: str, at: int, end: int, escape: str) -> tuple[list[Range], int]:
    """Return the characters of one flag and where it ends."""
    runs, begin, quote = [], at, ""
    while at < end and (quote or text[at] not in SPACE):
        char = text[at]
        if char == escape:
            runs.append((begin, at))
            begin = at = at + 1
            at += 1
        elif char == quote or (not quote and char in "'\""):
            runs.append((begin, at))
            quote = "" if quote else char
            begin = at = at + 1
        else:
            at += 1
    return [*runs, (begin, min(at, end))], min(at, end)


def blank_words(line: Line, start: int, end: int) -> tuple[LocatedText, ...]:
    """Split at blanks, whatever quotes there are."""
    words = []
    for gap in BLANKS.finditer(line.text, start, end):
        words.append(line.written(start, gap.start()))
        start = gap.end()
    return (*words, line.written(start, end)) if words or start < end else ()


def quoted_words(text: str, start: int, end: int, escape: str) -> list[Range]:
    """Split at white space outside quotes; the quotes stay."""
    words, begin, quote, at = [], -1, "", start
    while at < end:
        char = text[at]
        if not quote and char in SPACE:
            if begin >= 0:
                words.append((begin, at))
            begin = -1
        else:
            begin = at if begin < 0 else begin
            if char == escape and quote != "'":
                at += 1
            elif char == quote or (not quote and char in "'\""):
                quote = "" if quote else char
        at += 1
    if begin >= 0:
        words.append((begin, end - 1 if at > end else end))
    return [word for word in words if word[0] < word[1]]


def names_and_values(
    line: Line, start: int, end: int, escape: str
) -> tuple[LocatedText, ...] | None:
    """Return name, value, name, value … of ENV and LABEL, in the old form too; None where they are broken."""
    words = quoted_words(line.text, start, end, escape)
    if not words:
        return ()
    if "=" not in line.text[slice(*words[0])]:
        gap = BLANKS.search(line.text, start, end)
        if gap is None:
            return None
        return line.written(start, gap.start()), line.written(gap.end(), end)
    pairs: list[LocatedText] = []
    for low, high in words:
        sign = line.text.find("=", low, high)
        if sign < 0:
            return None
        pairs += (line.written(low, sign), line.written(sign + 1, high))
    return tuple(pairs)
