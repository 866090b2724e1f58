"""Environment files (`.env`) as Compose reads them: quotes, escapes, `export`, comments, interpolation.

The reference is the Go library of Compose (compose-spec/compose-go, dotenv).
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.interpolation import InvalidTemplateError, interpolate

_GAP = lazy(r"(?:\s++|#[^\n]*+)*+")
_EXPORT = lazy(r"export\s+")
_KEY = lazy(r"([\w.\-\[\] \t\r\f\v\x85\xa0]*+)([=:\n]|\Z)")
_BLANKS = lazy(r"[ \t\r\f\v\x85\xa0]*")
_QUOTED = {quote: lazy(rf"{quote}((?:[^\\{quote}]|\\.)*+){quote}", re.DOTALL) for quote in "'\""}
_ESCAPE = lazy(r"\\(?:0[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"',
    "$": "$$",
}  # fmt: skip


def variables(text: Text, given: Mapping[str, LocatedText] | None = None) -> dict[str, LocatedText]:
    """Return the variables of an environment file with the places of their values.

    ``given`` are those that count more in interpolation. Raises UnreadableError where Compose gives up.
    """
    found: dict[str, LocatedText] = {}
    scope = ChainMap(dict(given or {}), found)
    value, at = text.value, 0
    while (at := _after(_GAP, value, at)) < len(value):
        at = _after(_EXPORT, value, at)
        key = _KEY.match(value, at)
        if key is None or " " in (name := key[1].rstrip()):
            raise UnreadableError("is no line of an environment file", at)
        at = key.end()
        if key[2] in {"=", ":"}:
            at = _after(_BLANKS, value, at)
            written, interpolated, at = _value(text, at)
            found[name] = _resolved(written, scope) if interpolated else written
    found.pop("", None)
    return found


def raw_variables(text: Text) -> dict[str, LocatedText]:
    """Return the variables of an environment file of the raw format: nothing is quoted or interpolated."""
    found: dict[str, LocatedText] = {}
    for number, start in enumerate(text.line_starts, 1):
        name, equals, value = text.line(number).partition("=")
        if equals and not name.lstrip().startswith("#"):
            at = start + len(name) + 1
            found[name.strip()] = _literal(text, at, at + len(value))
    return found


def _after(pattern: re.Pattern[str], value: str, at: int) -> int:
    found = pattern.match(value, at)
    return found.end() if found else at


def _value(text: Text, at: int) -> tuple[LocatedText, bool, int]:
    """Return the value at an offset, whether variables in it count, and where the rest begins."""
    value = text.value
    quote = value[at : at + 1]
    if quote and quote in _QUOTED:
        found = _QUOTED[quote].match(value, at)
        if found is None:
            raise UnreadableError("holds a quoted value that does not end", at)
        return _unquoted(text, found, quote), quote == '"', found.end()
    end = value.find("\n", at)
    end = len(value) if end < 0 else end
    comment = value.find(" #", at, end)
    stop = end if comment < 0 else comment
    return _literal(text, at, at + len(value[at:stop].rstrip())), True, min(end + 1, len(value))


def _resolved(written: LocatedText, scope: Mapping[str, LocatedText]) -> LocatedText:
    try:
        return interpolate(written, scope)
    except InvalidTemplateError as error:
        at = written.place(error.offset, error.offset).span.start
        raise UnreadableError("holds a reference to a variable that is not valid", at) from error


def _unquoted(text: Text, found: re.Match[str], quote: str) -> LocatedText:
    start, end = found.span(1)
    if "\\" not in found[1]:
        return _literal(text, start, end)
    pieces = tuple(_pieces(text, start, end, quote))
    place = Place(text.path, Span(start, end))
    return LocatedText("".join(piece.text for piece in pieces), pieces, place)


def _pieces(text: Text, start: int, end: int, quote: str) -> Iterator[Segment]:
    at = start
    for escape in _ESCAPE.finditer(text.value, start, end):
        decoded = _decoded(escape[0], quote)
        if decoded is None:
            continue
        if escape.start() > at:
            yield _literal(text, at, escape.start()).segments[0]
        at = escape.end()
        yield Segment(decoded, Place(text.path, Span(*escape.span())), aligned=False)
    if at < end:
        yield _literal(text, at, end).segments[0]


def _decoded(escape: str, quote: str) -> str | None:
    """Return what an escape means; None where it means itself."""
    if escape[1:] == quote:
        return quote
    if quote == "'":
        return None
    if escape[1] == "0" and len(escape) > len(r"\0"):
        return chr(int(escape[1:], 8) % 256)
    return _ESCAPES.get(escape[1:])


def _literal(text: Text, start: int, end: int) -> LocatedText:
    return LocatedText.literal(text.value[start:end], Place(text.path, Span(start, end)))
