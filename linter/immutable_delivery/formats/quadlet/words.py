"""Words of a value as systemd cuts it: by blanks, with quotes and C escapes."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import Cutter, filled, unaligned

_TOKEN = lazy(r"\s+|\\(?:x[0-9a-fA-F]{2}|.)|[\"']|[^\s\\\"']+|\\", re.DOTALL)
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " ",
}  # fmt: skip
_VARIABLE = lazy(r"\$\$|\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*")
_STRING = lazy(r'"([^"\\]*)"')


def words(written: LocatedText) -> list[LocatedText]:
    """Return the words; a quote that does not end reaches to the end of the value."""
    cutter, quote = Cutter(written), ""
    found: list[LocatedText] = []
    word: _Word | None = None
    for token in _TOKEN.finditer(written.text):
        text = token[0]
        if text.isspace() and not quote:
            found += [word.finish(cutter)] if word else []
            word = None
            continue
        word = word or _Word(token.start())
        if text in {'"', "'"} and quote in {"", text}:
            quote = "" if quote else text
        else:
            word.add(*token.span(), escaped=text[0] == "\\")
    return found + ([word.finish(cutter)] if word else [])


class _Word(Record):
    """The stretches of the value that make up a word."""

    start: int
    stretches: list[tuple[int, int, bool]] = field(default_factory=list)

    def add(self, start: int, end: int, *, escaped: bool) -> None:
        """Add a stretch; plain ones that follow each other are one."""
        last = self.stretches[-1] if self.stretches else None
        if last and last[1] == start and not escaped and not last[2]:
            self.stretches[-1] = (last[0], end, False)
        else:
            self.stretches.append((start, end, escaped))

    def finish(self, cutter: Cutter) -> LocatedText:
        """Return the word."""
        parts = []
        for start, end, escaped in self.stretches:
            cut = cutter.cut(start, end)
            parts.append(unaligned(_unescaped(cut.text), cut) if escaped else cut)
        if len(parts) == 1:
            return parts[0]
        word = LocatedText.joined(
            parts, cutter.cut(self.start, self.start).used_at if not parts else parts[0].used_at
        )
        return word.slice(0) if parts else word


def expanded(found: list[LocatedText]) -> tuple[LocatedText, ...]:
    """Return the words of a command; the variables are those of the service, which the file does not tell."""
    return tuple(filled(word, _VARIABLE, _dollar) for word in found)


def entrypoint(written: LocatedText) -> tuple[LocatedText, ...]:
    """Return the words of an `Entrypoint=`: a list in JSON, else one program."""
    if not written.text.startswith("["):
        return (written,)
    return tuple(written.slice(*found.span(1)) for found in _STRING.finditer(written.text))


def _unescaped(text: str) -> str:
    if text.startswith("\\x") and len(text) > 2:  # noqa: PLR2004 (what follows are digits)
        return chr(int(text.removeprefix("\\x"), 16))
    return _ESCAPES.get(text[1:], text[1:])


def _dollar(found: re.Match[str], own: LocatedText) -> LocatedText | None:
    return unaligned("$", own) if found[0] == "$$" else None
