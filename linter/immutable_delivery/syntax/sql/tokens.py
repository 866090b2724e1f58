"""The words of one statement, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.sql.dialects import Dialect

Kind: TypeAlias = Literal["word", "name", "string", "mark"]

_COMMENT = r"/\*(?!!)(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|/\*!\d*|\*/"
_REST = r"(?P<word>[^\W\d][\w$#@]*|[@#]+\w[\w$#@]*)|(?P<number>\d[\w.]*)|(?P<mark>\S)"
_TOKENS = {
    "standard": lazy(
        rf"(?P<skip>\s+|--[^\n]*|{_COMMENT})|(?P<string>[eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z)|'(?:[^']|'')*+(?:'|\Z)"
        rf"|\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))"
        rf"|(?P<name>\"(?:[^\"]|\"\")*+(?:\"|\Z)|`[^`]*+(?:`|\Z)|\[(?=[^\W\d])[\w ]+\])|{_REST}",
        re.DOTALL,
    ),
    "mysql": lazy(
        rf"(?P<skip>\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*|{_COMMENT})|(?P<string>'(?:[^'\\]|\\.|'')*+(?:'|\\?\Z)|\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z))"
        rf"|(?P<name>`[^`]*+(?:`|\Z))|{_REST}",
        re.DOTALL,
    ),
    "sqlserver": lazy(
        rf"(?P<skip>\s+|--[^\n]*|{_COMMENT})|(?P<string>'(?:[^']|'')*+(?:'|\Z))"
        rf"|(?P<name>\"[^\"]*+(?:\"|\Z)|\[[^\]]*+(?:\]|\Z))|{_REST}",
        re.DOTALL,
    ),
}


class Token(NamedTuple):
    """One word, quoted name, string or sign."""

    kind: Kind
    text: str
    """As it is written; a word in upper case."""
    start: int
    end: int


def tokens(script: str, dialect: Dialect, start: int, end: int) -> Iterator[Token]:
    """Yield the tokens of a stretch; comments are none."""
    for found in _TOKENS[dialect].finditer(script, start, end):
        match found.lastgroup:
            case "skip":
                continue
            case "word":
                yield Token("word", found[0].upper(), *found.span())
            case "name":
                yield Token("name", found[0], *found.span())
            case "mark":
                yield Token("mark", found[0], *found.span())
            case _:
                yield Token("string", found[0], *found.span())
