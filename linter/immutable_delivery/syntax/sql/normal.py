"""What a statement comes to, whatever its layout: two that are equal do the same."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.syntax.sql.dialects import Dialect
from immutable_delivery.syntax.sql.splitting import Cut
from immutable_delivery.syntax.sql.tokens import tokens

_LONGEST = 200_000
_DEEPEST = 4
"""So many bodies in bodies are looked into."""


def normal(script: str, dialect: Dialect, cut: Cut) -> str:
    """Return a statement without comments and layout, in one case; of millions of rows the words as they are written."""
    if cut.end - cut.start > _LONGEST:
        return " ".join(script[cut.start : cut.end].split())
    return " ".join(_words(script, dialect, cut, _DEEPEST))


def _words(script: str, dialect: Dialect, cut: Cut, depth: int) -> Iterator[str]:
    """Yield the words; the body of a routine, which stands in dollar quotes, is no string but has words too."""
    for one in tokens(script, dialect, cut.start, cut.end):
        tag = one.text[: one.text.find("$", 1) + 1] if depth and one.text.startswith("$") else ""
        if one.kind == "string" and tag:
            inner = Cut(one.start + len(tag), one.end - len(tag))
            yield from ("$", *_words(script, dialect, inner, depth - 1), "$")
        else:
            yield one.text
