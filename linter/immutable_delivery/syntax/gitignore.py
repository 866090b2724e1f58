"""Patterns of files as people write them: those of `.gitignore`, where `*` stops at a slash and a folder means all below it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def fits(path: str, *patterns: str) -> bool:
    """Tell whether patterns mean a path; of several the last that fits decides, and `!` takes one back."""
    return bool(patterns) and _spec(patterns).match_file(path)


def anchored(path: str, pattern: str) -> bool:
    """Tell whether a pattern that begins at the root means a path."""
    return fits(path, f"/{_plain(pattern).removeprefix('/')}")


@lru_cache(maxsize=512)
def _spec(patterns: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 (few repositories write patterns)

    return GitIgnoreSpec.from_lines(map(_plain, patterns))


def _plain(pattern: str) -> str:
    """Return a pattern as git writes it: `./x` begins at the root, and the root is everything."""
    if pattern in {"", ".", "./"}:
        return "**"
    return f"/{pattern.removeprefix('./')}" if pattern.startswith("./") else pattern
