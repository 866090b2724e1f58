"""Paths of a stage, as far as they can be told from one another."""

from __future__ import annotations

from posixpath import join, normpath

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.shell import Call

_BRACED = lazy(r"\$\{(\w+)\}")
_ROOTED = ("/", "~", "$")


def located(call: Call, path: str) -> str:
    """Return a path with the folder of the call before it, variables in one spelling."""
    folder = _BRACED.sub(r"$\1", call.folder or "")
    path = _BRACED.sub(r"$\1", path)
    return (
        normpath(path) if path.startswith(_ROOTED) or not folder else normpath(join(folder, path))
    )


def same(path: str, other: str) -> bool:
    """Whether two paths may be one file: equal, or a relative one that the other ends in."""
    if path == other:
        return True
    if path.startswith(_ROOTED) and other.startswith(_ROOTED):
        return False
    short, long = sorted((path, other), key=len)
    return not short.startswith((*_ROOTED, ".")) and long.endswith(f"/{short}")


def below(path: str, folder: str) -> bool:
    """Whether a file lies in a folder, as far as their paths tell; `.` holds all that is relative."""
    if folder == ".":
        return not path.startswith((*_ROOTED, ".."))
    return path.startswith(f"{folder}/")


def joins(text: str) -> bool:
    """Whether an unknown variable stands in a text."""
    return "$" in text or "`" in text
