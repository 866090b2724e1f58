"""`${X#…}`, `${X%…}` and `${X/…/…}`: what BuildKit cuts off a value, and what it puts in."""

from __future__ import annotations

import re
from typing import Any

from immutable_delivery.source.located import LocatedText, Segment


def trimmed(value: LocatedText, operator: str, pattern: str) -> LocatedText:
    """Return a value without what a pattern fits at its head (`#`) or end (`%`)."""
    longest = pattern.startswith(operator)
    pattern = pattern[longest:]
    if operator == "#":
        return value.slice(_fitting(pattern, value.text, longest=longest))
    cut = _fitting(pattern[::-1], value.text[::-1], longest=longest)
    return value.slice(0, len(value.text) - cut)


def replaced(value: LocatedText, pattern: str, other: LocatedText, *, every: bool) -> LocatedText:
    """Return a value with another text in place of what a pattern fits, the first time or every time."""
    pieces: list[Segment] = []
    at = 0
    for found in _compiled(pattern, longest=True).finditer(value.text):
        pieces += [*value.slice(at, found.start()).segments, *other.segments]
        at = found.end()
        if not every:
            break
    pieces += value.slice(at).segments
    text = "".join(piece.text for piece in pieces)
    return LocatedText(text, tuple(pieces), value.used_at)


def _fitting(pattern: str, text: str, *, longest: bool) -> int:
    """Return how many characters at the head of a text a pattern fits."""
    found = _compiled(pattern, longest=longest).match(text)
    return found.end() if found else 0


def _compiled(pattern: str, *, longest: bool) -> Any:
    """Return the regular expression that BuildKit makes of a pattern: `*` and `?` alone mean something."""
    import re2  # noqa: PLC0415 (few files bring patterns)

    star = ".*" if longest else ".*?"
    return re2.compile(
        "".join({"*": star, "?": "."}.get(char) or re.escape(char) for char in pattern)
    )
