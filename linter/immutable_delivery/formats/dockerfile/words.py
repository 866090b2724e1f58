"""The arguments of an instruction: flags, words, names with values and JSON arrays, as BuildKit splits them."""

from __future__ import annotations

import re

from immutable_delivery.formats.dockerfile.lines import SPACE, Line, hull
from immutable_delivery.written import Piece, Written

BLANKS = re.compile(r"[\t\v\f\r ]+")
"""What parts words where BuildKit does not look at quotes."""

_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)"
)
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNQUOTED = "JSON wants every word in double quotes"
_FAULTS = (
    (re.compile(r"\A\[\s*'|\A[^\"]*'[^\"]*\Z"), "JSON has double quotes, not single ones"),
    (re.compile(r"[“”‘’]"), "JSON has straight double quotes, not typographic ones"),
    (re.compile(r",\s*\]\s*\Z"), "JSON has no comma before the closing bracket"),
    (re.compile(r"\A[^\]]*\Z"), "the closing bracket is missing"),
    (re.compile(r"[^\]]\Z"), "something follows the closing bracket"),
    (re.compile(r'"\s*"'), "a comma is missing between two strings"),
    (
        re.compile(r"\\[^\"\\/bfnrtu]"),
        "JSON does not know this escape: a backslash is written as two",
    ),
)
_MEANT = re.compile(r"\[\s*[\"'“”‘][^\"'“”‘’]*[\"'“”’]\s*,|\[.*\]\s*\Z", re.DOTALL)

Range = tuple[int, int]

NOT_STRINGS = "a JSON array of an instruction holds strings only"
"""JSON that BuildKit refuses."""


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


def flags(line: Line, start: int, end: int, escape: str) -> tuple[tuple[Written, ...], Range]:
    """Return the `--name=value` words that come first, without their quotes, and where the rest is."""
    found: list[Written] = []
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


def blank_words(line: Line, start: int, end: int) -> tuple[Written, ...]:
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


def names_and_values(line: Line, start: int, end: int, escape: str) -> tuple[Written, ...] | None:
    """Return name, value, name, value … of ENV and LABEL, in the old form too; None where they are broken."""
    words = quoted_words(line.text, start, end, escape)
    if not words:
        return ()
    if "=" not in line.text[slice(*words[0])]:
        gap = BLANKS.search(line.text, start, end)
        if gap is None:
            return None
        return line.written(start, gap.start()), line.written(gap.end(), end)
    pairs: list[Written] = []
    for low, high in words:
        sign = line.text.find("=", low, high)
        if sign < 0:
            return None
        pairs += (line.written(low, sign), line.written(sign + 1, high))
    return tuple(pairs)


def json_words(line: Line, start: int, end: int) -> tuple[Written, ...] | str:
    """Return the strings of a JSON array, or why it is none: "" where none was meant."""
    start, end = stripped(line.text, start, end)
    if not line.text.startswith("[", start, end):
        return ""
    found = _json_strings(line, start, end)
    if found is not None:
        return found
    text = line.text[start:end]
    if _is_json(text):
        return NOT_STRINGS
    return _json_error(text) if _MEANT.match(text) else ""


def _json_strings(line: Line, start: int, end: int) -> tuple[Written, ...] | None:
    words: list[Written] = []
    at = _skip(line.text, start + 1, end)
    if line.text.startswith("]", at, end):
        return () if _skip(line.text, at + 1, end) == end else None
    while string := _STRING.match(line.text, at, end):
        words.append(_json_string(line, string.start(1), string.end(1)))
        at = _skip(line.text, string.end(), end)
        if line.text.startswith("]", at, end):
            return tuple(words) if _skip(line.text, at + 1, end) == end else None
        if not line.text.startswith(",", at, end):
            return None
        at = _skip(line.text, at + 1, end)
    return None


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] in " \t\n\r":
        at += 1
    return at


def _json_string(line: Line, start: int, end: int) -> Written:
    if "\\" not in line.text[start:end]:
        return line.written(start, end)
    pieces: list[Piece] = []
    for escape in _ESCAPE.finditer(line.text, start, end):
        pieces += line.pieces(start, escape.start())
        place = hull(line.pieces(escape.start(), escape.end()))
        pieces.append(Piece(_escaped(escape[0]), place, aligned=False))
        start = escape.end()
    pieces += line.pieces(start, end)
    return Written("".join(piece.text for piece in pieces), tuple(pieces), hull(pieces))


def _escaped(escape: str) -> str:
    if len(escape) == 12:  # noqa: PLR2004 (two surrogates)
        high, low = int(escape[2:6], 16), int(escape[8:], 16)
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
    if escape[1] == "u":
        code = int(escape.removeprefix("\\u"), 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)  # noqa: PLR2004 (surrogates)
    return _PLAIN.get(escape[1], escape[1])


def _is_json(text: str) -> bool:
    import json  # noqa: PLC0415 (rarely needed)

    def refuse(_: str) -> None:
        raise ValueError

    try:
        json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _json_error(text: str) -> str:
    return next((reason for fault, reason in _FAULTS if fault.search(text)), _UNQUOTED)
