"""Changed files onto the disk: each of them whole, the old one or the new one, whatever happens in between."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record


class Change(Record, frozen=True, kw_only=True):
    """A file, the bytes that were judged and the bytes to write."""

    path: str
    """Relative to the root, with forward slashes."""
    before: bytes
    after: bytes


class Outcome(Record, frozen=True, kw_only=True):
    """What became of one file."""

    path: str
    refused: str = ""
    """Why it was not written, for a person; empty where it was."""

    @property
    def written(self) -> bool:
        """Whether the file now holds the new bytes."""
        return not self.refused


class _RefusedError(Exception):
    """Why a file is left alone."""


def write(root: Path, changes: Iterable[Change]) -> list[Outcome]:
    """Write every file that can be written; one that cannot does not hold up the others."""
    return [_outcome(root, change) for change in changes]


def put(root: Path, path: str, data: bytes) -> None:
    """Write a file of our own, whole, whether or not it is there; raise UsageError where it cannot be."""
    target = root / path
    if target.is_symlink() or target.parent.resolve() != root.resolve() / Path(path).parent:
        raise UsageError(f"{path} is a symbolic link, or lies behind one")
    try:
        replace_whole(target, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def replace_whole(target: Path, data: bytes) -> None:
    """Write a file whether or not it is there: who reads it finds the old one or the new one. The mode stays."""
    with _beside(target, data) as beside:
        if target.exists():
            shutil.copymode(target, beside)
        else:
            beside.chmod(0o666 & ~_umask())
        beside.replace(target)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _outcome(root: Path, change: Change) -> Outcome:
    try:
        _write(root, change)
    except _RefusedError as error:
        return Outcome(path=change.path, refused=str(error))
    except OSError as error:
        return Outcome(path=change.path, refused=f"cannot be written: {error.strerror or error}")
    return Outcome(path=change.path)


def _write(root: Path, change: Change) -> None:
    path = root / change.path
    status = _plain_file(root, path)
    with _beside(path, change.after) as beside:
        _like(beside, path, status)
        if path.read_bytes() != change.before:
            raise _RefusedError("has changed since it was judged")
        beside.replace(path)
    _sync(path.parent)


@contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """Give a file beside another one, on the disk with these bytes; gone afterwards unless it was renamed."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _plain_file(root: Path, path: Path) -> os.stat_result:
    """Return the status of a file that may be replaced: nothing on the way to it is a link."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise _RefusedError("is a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        raise _RefusedError("is no regular file")
    if path.parent.resolve() != root.resolve() / path.parent.relative_to(root):
        raise _RefusedError("lies behind a symbolic link")
    if not os.access(path, os.W_OK):
        raise _RefusedError("is write-protected")
    return status


def _like(beside: Path, path: Path, status: os.stat_result) -> None:
    """Give a new file the owner and mode of the old one; the owner first, for a new owner loses mode bits."""
    own = beside.stat()
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        os.chown(beside, status.st_uid, status.st_gid)
    shutil.copymode(path, beside)


def _sync(folder: Path) -> None:
    """Make the new name last, where the system lets a folder be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
