"""What fitted its schema in an earlier run, by content: it is not validated again.

A mark is an empty file whose name is a hash of the schema, the data and this version of imd: it cannot be half written, and
nobody reads the data out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path

from immutable_delivery import __version__
from immutable_delivery.cachefolder import folder
from immutable_delivery.errors import UsageError

MOST_MARKS = 1000
"""So many are kept; what was marked longest ago is forgotten first."""

_SUFFIX = ".valid"

remembered: ContextVar[bool] = ContextVar("remembered", default=False)
"""Whether this run uses what earlier ones left, and leaves something itself."""


def mark_of(schema: str, data: object) -> str:
    """Return what identifies this data as fitting this schema."""
    text = "\0".join((__version__, schema, repr(data)))
    from hashlib import sha256  # noqa: PLC0415 (it loads OpenSSL)

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def marked(mark: str) -> bool:
    """Tell whether an earlier run left this mark."""
    with suppress(OSError, UsageError):
        return remembered.get() and _file(mark).is_file()
    return False


def leave(mark: str) -> None:
    """Leave a mark for later runs; where it cannot be written, they validate again."""
    if not remembered.get():
        return
    with suppress(OSError, UsageError):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _file(mark).touch(mode=0o600)
        _prune()


def marks() -> Iterator[Path]:
    """Yield the files of all marks."""
    return folder().glob(f"*{_SUFFIX}")


def _file(mark: str) -> Path:
    return folder() / f"{mark}{_SUFFIX}"


def _prune() -> None:
    kept = sorted(marks(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MOST_MARKS:]:
        path.unlink(missing_ok=True)
