"""Symbolic links, followed within the repository only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from immutable_delivery.errors import HiddenError, UnreadableError
from immutable_delivery.source.files import folder_of

MAX_HOPS = 40
MAX_TARGET = 4096


def follow(path: str, link_at: Callable[[str], str | None]) -> str:
    """Return the path that ``path`` leads to; UnreadableError where it leaves the repository or goes round."""
    at, rest, hops = "", path.split("/")[::-1], 0
    while rest:
        part = rest.pop()
        if part in {"", "."}:
            continue
        if part == "..":
            at = _parent(at)
            continue
        here = f"{at}/{part}" if at else part
        target = link_at(here)
        if target is None:
            at = here
            continue
        hops += 1
        rest.extend(_parts(target, hops))
    return at


def real(path: str, link_at: Callable[[str], str | None]) -> str:
    """Return the path that ``path`` leads to, or itself where it cannot be followed."""
    try:
        return follow(path, link_at)
    except UnreadableError:
        return path


def _parent(at: str) -> str:
    if not at:
        raise HiddenError("is a link out of the repository")
    return folder_of(at)


def _parts(target: str, hops: int) -> list[str]:
    """Return the parts of a link's target, the last first."""
    if hops > MAX_HOPS:
        raise UnreadableError("is a link that leads back to itself")
    if not target or len(target) > MAX_TARGET or "\0" in target:
        raise UnreadableError("is a broken link")
    if target.startswith("/"):
        raise HiddenError("is a link out of the repository")
    return target.split("/")[::-1]


def is_folder(path: str | Path) -> bool:
    """Tell whether a path of the machine is a folder; pathlib raises for loops and long names."""
    return os.path.isdir(path)  # noqa: PTH112


def is_link(path: str | Path) -> bool:
    """Tell whether a path of the machine is a symbolic link."""
    return os.path.islink(path)  # noqa: PTH114
