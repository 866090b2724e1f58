"""Regular expressions that a repository brings along: on RE2, as kustomize has them, which takes no longer than the text is long."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

from immutable_delivery.lazy_regex import lazy

_PLAIN = lazy(r"[\w./:@-]*\Z", re.ASCII)
"""A pattern without repetition and choice: nobody needs to import RE2 for it."""


class Pattern(Protocol):
    """What is asked of a compiled pattern."""

    def fullmatch(self, text: str, /) -> object | None:
        """Return something where the whole text fits."""


@lru_cache(maxsize=4096)
def compiled(pattern: str, tail: str = "") -> Pattern | None:
    """Return the pattern followed by ``tail``, or None where it is not valid."""
    whole = f"(?:{pattern}){tail}"
    return re.compile(whole) if _PLAIN.match(pattern) else _re2(whole)


def _re2(pattern: str) -> Pattern | None:
    import re2  # noqa: PLC0415 (few repositories bring patterns)

    options = re2.Options()
    options.log_errors = False
    try:
        found: Pattern = re2.compile(pattern, options)
    except re2.error:
        return None
    return found


def fits(pattern: str, value: str) -> bool:
    """Whether the whole value fits the pattern; an empty pattern fits everything, a broken one nothing."""
    if not pattern or pattern == value:
        return True
    found = compiled(pattern)
    return found is not None and found.fullmatch(value) is not None
