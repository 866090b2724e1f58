"""Regular expressions that a repository brings along: compiled, anchored, and refused where they could take long."""

from __future__ import annotations

import re
from functools import lru_cache

_MAX_UNBOUNDED = 3
_NESTED = re.compile(r"\([^()]*[*+}][^()]*\)[*+{]")
_UNBOUNDED = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\})")


@lru_cache(maxsize=4096)
def compiled(pattern: str, tail: str = "") -> re.Pattern[str] | None:
    """Return the pattern followed by ``tail``, or None where it is not valid or would backtrack without end."""
    if _NESTED.search(pattern) or len(_UNBOUNDED.findall(pattern)) > _MAX_UNBOUNDED:
        return None
    try:
        return re.compile(f"(?:{pattern}){tail}")
    except (re.error, OverflowError, RecursionError):
        return None


def fits(pattern: str, value: str) -> bool:
    """Whether the whole value fits the pattern; an empty pattern fits everything, a broken one nothing."""
    if not pattern or pattern == value:
        return True
    found = compiled(pattern)
    return found is not None and found.fullmatch(value) is not None
