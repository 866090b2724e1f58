"""What `${X#…}` and `${X%…}` leave of a value."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 300
"""Longer values are left as they are."""


def kept(text: str, operator: str, pattern: str) -> tuple[int, int]:
    """Return the stretch that is left when the shortest or longest piece of a pattern is cut off."""
    if len(text) > _LONGEST:
        return 0, len(text)
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    fits = re.compile("".join(parts), re.DOTALL).fullmatch
    cuts: Iterable[int] = range(len(text) + 1)
    if operator in {"##", "%"}:
        cuts = reversed(range(len(text) + 1))
    if operator[0] == "#":
        return next((at for at in cuts if fits(text, 0, at)), 0), len(text)
    return 0, next((at for at in cuts if fits(text, at)), len(text))
