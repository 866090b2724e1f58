"""Functions on the case of letters."""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.traced import derived

_WORD = lazy(r"\S+")
_FIRST = lazy(r"(?:(?<=\s)|\A)\S")


def _keeping(change: Callable[[str], str]) -> Function:
    """Return a function that changes a text and keeps where it stands."""
    return Function(lambda text: derived(change(str(text)), text), "string")


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
    """Return words without `_`, `-` and blanks, each with a capital (xstrings.ToCamelCase)."""
    begin = len(text) - len(text.lstrip("_- "))
    found, upper = [], True
    for char in text[begin:]:
        if char in "_- ":
            upper = True
            continue
        found.append(char.upper() if upper else char)
        upper = False
    trailing = text[len(text.rstrip("_- ")) :] if begin < len(text) else ""
    return text[:begin] + "".join(found) + trailing


def _joined(connector: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        return connector.join(_words(text))

    return change


_LETTERS = lazy(r"[A-Z]+(?![a-z])[0-9]*|[A-Z][a-z]*|[a-z]+|[0-9]+|[^A-Za-z0-9_\-\s]+")


def _words(text: str) -> list[str]:
    return [word.lower() for word in _LETTERS.findall(text)]


CASES = {
    "camelcase": _keeping(_camel),
    "initials": _keeping(_initials),
    "kebabcase": _keeping(_joined("-")),
    "lower": _keeping(str.lower),
    "snakecase": _keeping(_joined("_")),
    "swapcase": _keeping(str.swapcase),
    "title": _keeping(_title),
    "untitle": _keeping(_untitle),
    "upper": _keeping(str.upper),
}
