"""Functions on the case of letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.traced import derived

_WORD = lazy(r"\S+")
_FIRST = lazy(r"(?:(?<=\s)|\A)\S")


def _keeping(change: Callable[[str], str]) -> Function:
    """Return a function that changes a text and keeps where it stands."""

    def call(run: Run, text: str) -> str:
        run.budget.spend(len(text))  # most go character by character
        return derived(change(str(text)), text)

    return Function(call, "string", running=True)


def _title(text: str) -> str:
    """Return every word with a capital, as Go's strings.Title sees words: digits, letters, `_` and `'` go on."""
    found, before = [], " "
    for char in text:
        starts = not (before.isalnum() or before in "_'")
        found.append(char.title() if starts else char)
        before = char
    return "".join(found)


def _untitle(text: str) -> str:
    return _FIRST.sub(lambda found: found[0].lower(), text)


def _initials(text: str) -> str:
    return "".join(word[0] for word in _WORD.findall(text))


def _camel(text: str) -> str:
    """Return words that begin with a capital, and without what parts them (xstrings.ToPascalCase)."""
    bare = text.lstrip(_PARTS)
    if not bare:
        return text + text[-1:]
    body = bare.rstrip(_PARTS)
    words = _PARTED.sub(lambda found: found[0][:-1], _WORD_START.sub(_capital, body))
    return text[: len(text) - len(bare)] + words + bare[len(body) :]


def _capital(found: re.Match[str]) -> str:
    return found[0][:1].upper() + found[0][1:].lower()


_PARTS = "_- \t\n\v\f\r"
_PARTED = lazy(r"[-_\s]+")
_WORD_START = lazy(r"(?:(?<=[-_\s])|\A)(?:[A-Z]+|[^-_\s])")

_PIECE = lazy(
    r"(?P<connector>[-_\s]+)|(?P<point>[!\"#%&'()*,./:;?@\[\\\]{}][!\"#%&'()*,./:;?@\[\\\]{}_-]*)"
    r"|(?P<upper>[A-Z]+(?=[A-Z][a-z])|[A-Z]{2,}|[A-Z][a-z]*)|(?P<lower>[a-z]+)|(?P<number>[0-9]+)|(?P<other>[^-_\sA-Za-z0-9!\"#%&'()*,./:;?@\[\\\]{}]+)",
    re.DOTALL,
)
_CLOSED = {"connector", "point", ""}
"""Beside these no connector is written."""


def _connected(connector: str) -> Callable[[str], str]:
    return lambda text: "".join(_pieces(text, connector))


def _pieces(text: str, connector: str) -> Iterator[str]:
    """Yield the words of a text in lower case with what connects them, as xstrings cuts them."""
    words = [(str(found.lastgroup), found[0].lower()) for found in _PIECE.finditer(text)]
    words.append(("", ""))
    at = 0
    while at < len(words) - 1:
        kind, word = words[at]
        at += 1
        yield connector * len(word) if kind == "connector" else word
        if kind in _CLOSED:
            continue
        if kind != "number" and words[at][0] == "number":
            if words[at + 1][0] == "lower":
                yield connector
            else:
                yield words[at][1]
                at += 1
        if kind == "number" or words[at][0] == "number":
            while words[at][0] in {"lower", "number"}:
                yield words[at][1]
                at += 1
        if words[at][0] not in _CLOSED:
            yield connector


CASES = {
    "camelcase": _keeping(_camel),
    "initials": _keeping(_initials),
    "kebabcase": _keeping(_connected("-")),
    "lower": _keeping(str.lower),
    "snakecase": _keeping(_connected("_")),
    "swapcase": _keeping(str.swapcase),
    "title": _keeping(_title),
    "untitle": _keeping(_untitle),
    "upper": _keeping(str.upper),
}
