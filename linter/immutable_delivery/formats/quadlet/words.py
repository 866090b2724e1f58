"""Words of a value as systemd cuts it: by blanks, with quotes and C escapes."""

from __future__ import annotations

import re

from immutable_delivery.formats.interpolation import Cutter, unaligned
from immutable_delivery.formats.placeholders import filled
from immutable_delivery.written import Written

_TOKEN = re.compile(r"\s+|\\(?:x[0-9a-fA-F]{2}|.)|[\"']|[^\s\\\"']+|\\", re.DOTALL)
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " ",
}  # fmt: skip
_VARIABLE = re.compile(r"\$\$|\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*")
_STRING = re.compile(r'"([^"\\]*)"')


def words(written: Written) -> list[Written]:
    """Return the words; a quote that does not end reaches to the end of the value."""
    cutter, quote = Cutter(written), ""
    found: list[Written] = []
    parts: list[Written] | None = None
    for token in _TOKEN.finditer(written.text):
        text, cut = token[0], cutter.cut(*token.span())
        if text.isspace() and not quote:
            found += _joined(parts)
            parts = None
        elif text in {'"', "'"} and quote in {"", text}:
            quote = "" if quote else text
            parts = parts or []
        else:
            parts = [*(parts or ()), unaligned(_unescaped(text), cut) if text[0] == "\\" else cut]
    return found + _joined(parts)


def expanded(found: list[Written]) -> tuple[Written, ...]:
    """Return the words of a command; the variables are those of the service, which the file does not tell."""
    return tuple(filled(word, _VARIABLE, _dollar) for word in found)


def entrypoint(written: Written) -> tuple[Written, ...]:
    """Return the words of an `Entrypoint=`: a list in JSON, else one program."""
    if not written.text.startswith("["):
        return (written,)
    return tuple(written.slice(*found.span(1)) for found in _STRING.finditer(written.text))


def _joined(parts: list[Written] | None) -> list[Written]:
    if not parts:
        return []
    word = Written.joined(parts, parts[0].whole)
    return [word.slice(0)]


def _unescaped(text: str) -> str:
    if text.startswith("\\x") and len(text) > 2:  # noqa: PLR2004 (what follows are digits)
        return chr(int(text[2:], 16))
    return _ESCAPES.get(text[1:], text[1:])


def _dollar(found: re.Match[str], own: Written) -> Written | None:
    return unaligned("$", own) if found[0] == "$$" else None
