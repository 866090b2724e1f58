"""The exec form: a JSON array of strings, each with its place, or why it is none."""

from __future__ import annotations

import re

from immutable_delivery.formats.dockerfile.lines import Line, hull
from immutable_delivery.formats.dockerfile.words import stripped
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText, Segment

NOT_STRINGS = "a JSON array of an instruction holds strings only"
"""JSON that BuildKit refuses."""

_STRING = lazy(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_ESCAPE = lazy(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MEANT = lazy(r"\[\s*[\"'“”‘][^\"'“”‘’]*[\"'“”’]\s*,|\[.*\]\s*\Z", re.DOTALL)
_UNQUOTED = "JSON wants every word in double quotes"
_FAULTS = (
    (lazy(r"\A\[\s*'|\A[^\"]*'[^\"]*\Z"), "JSON has double quotes, not single ones"),
    (lazy(r"[“”‘’]"), "JSON has straight double quotes, not typographic ones"),
    (lazy(r",\s*\]\s*\Z"), "JSON has no comma before the closing bracket"),
    (lazy(r"\A[^\]]*\Z"), "the closing bracket is missing"),
    (lazy(r"[^\]]\Z"), "something follows the closing bracket"),
    (lazy(r'"\s*"'), "a comma is missing between two strings"),
    (
        lazy(r"\\[^\"\\/bfnrtu]"),
        "JSON does not know this escape: a backslash is written as two",
    ),
)


def json_words(line: Line, start: int, end: int) -> tuple[LocatedText, ...] | str:
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


def _json_strings(line: Line, start: int, end: int) -> tuple[LocatedText, ...] | None:
    words: list[LocatedText] = []
    at = _skip(line.text, start + 1, end)
    if line.text.startswith("]", at, end):
        return () if _skip(line.text, at + 1, end) == end else None
    while string := _STRING.match(line.text, at, end):
        words.append(json_string(line, string.start(1), string.end(1)))
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


def json_string(line: Line, start: int, end: int) -> LocatedText:
    """Return what stands between the quotes of a JSON string."""
    if "\\" not in line.text[start:end]:
        return line.written(start, end)
    pieces: list[Segment] = []
    for escape in _ESCAPE.finditer(line.text, start, end):
        pieces += line.segments(start, escape.start())
        place = hull(line.segments(escape.start(), escape.end()))
        pieces.append(Segment(_escaped(escape[0]), place, aligned=False))
        start = escape.end()
    pieces += line.segments(start, end)
    return LocatedText("".join(piece.text for piece in pieces), tuple(pieces), hull(pieces))


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
