"""Taking an entry of a mapping away, with what separates it from its neighbours."""

from __future__ import annotations

from immutable_delivery.findings import Edit
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml.nodes import Mapping

_BREAK = lazy(r"\r?\n[ \t]*\Z")
_LINE = lazy(r"[ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)")
_SEPARATOR = lazy(r",\s*|[ \t]*\r?\n[ \t]*")
_COMMA = lazy(r",[ \t]*\Z")


def removed(text: Text, owner: Mapping, key: str) -> Edit | None:
    """Return the edit that takes an entry away; None where it has none of its own."""
    entry = owner.entries.get(key)
    if entry is None:
        return None
    at = with_separator(text, entry[0].place, entry[1].end)
    return Edit(place=at, text="") if at else None


def with_separator(text: Text, key: Place, end: int) -> Place | None:
    """Return an entry with the line break or comma before it, else with the one behind it."""
    start = key.span.start
    end += text.value[end : end + 1] in {"'", '"'}
    start -= text.value[start - 1 : start] in {"'", '"'}
    rest = _LINE.match(text.value, end)
    if rest and (before := _BREAK.search(text.value[:start])):
        return key.at(before.start(), end)
    behind = _SEPARATOR.match(text.value, end)
    if behind:
        return key.at(start, behind.end())
    before = _COMMA.search(text.value[:start])
    return key.at(before.start(), end) if before else None
