"""The words of justfiles: names, strings, commands and signs."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText

_STRING = r"'''[\s\S]*?'''|\"\"\"[\s\S]*?\"\"\"|'[^']*'|\"(?:[^\"\\]|\\[\s\S])*\""
_TOKEN = lazy(
    rf"(?:[ \t]|\\\r?\n)*(?:(?P<string>{_STRING})|(?P<command>```[\s\S]*?```|`[^`]*`)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>:=|::|&&|[^\s#])|(?P<end>(?:\#[^\n]*)?(?:\r?\n|\Z)))"
)
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")

Expression = tuple["Token", ...]


class Token(Record, frozen=True):
    """A word of the grammar."""

    kind: str
    """string, command, name, sign or end."""
    written: LocatedText

    @property
    def text(self) -> str:
        """The word as it is written."""
        return self.written.text


def tokens(written: LocatedText, at: int = 0) -> Iterator[Token]:
    """Yield the words of one statement or expression, to the end of its line; brackets hold lines together."""
    depth = 0
    while match := _TOKEN.match(written.text, at):
        kind = match.lastgroup or "end"
        at = match.end()
        if kind == "end" and (not depth or at == len(written.text)):
            yield Token("end", written.slice(*match.span(kind)))
            return
        if kind != "end":
            word = Token(kind, written.slice(*match.span(kind)))
            depth = max(0, depth + turn(word))
            yield word


def turn(token: Token) -> int:
    """Return whether a word opens (1) or closes (-1) what stands in brackets."""
    return (token.text in _OPENING) - (token.text in _CLOSING)


def content(token: Token) -> LocatedText:
    """Return what stands in the quotes of a string."""
    quotes = 3 if token.text[:3] in {"'''", '"""'} else 1
    return token.written.slice(quotes, len(token.text) - quotes)
