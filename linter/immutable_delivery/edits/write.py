"""Changed files onto the disk: each of them whole, the old one or the new one, whatever happens in between."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record

_PREFIX = ".imd-"
_SUFFIX = ".tmp"
_GIVEN_UP = 3600
"""Nobody writes for so many seconds: who began was killed."""


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


def create(target: Path, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all; FileExistsError where it is, be it a link to nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target, data) as beside:
        beside.chmod(0o666 & ~_umask())
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
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
    """Give a file that another one can be replaced by, on the disk with these bytes; gone afterwards unless it was renamed."""
    folder = _workshop(path)
    _clear(folder)
    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _workshop(path: Path) -> Path:
    """Return where to make a file ready: in git's own folder, of which git lists nothing, else beside the file."""
    for folder in path.absolute().parents:
        inside = folder / ".git"
        if os.path.lexists(inside):
            return inside if _serves(inside, path.parent) else path.parent
    return path.parent


def _serves(folder: Path, other: Path) -> bool:
    """Tell whether a file can be made in one folder and renamed into the other."""
    if folder.is_symlink() or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    return not _crosses(folder, other)


def _crosses(folder: Path, other: Path) -> bool:
    """Tell whether two folders lie on different disks, or one of them is a place where another disk is mounted."""
    places = {folder.stat().st_dev, *(one.stat().st_dev for one in (other, folder.parent))}
    way = [one for one in (other, *other.parents) if one.is_relative_to(folder.parent)]
    return len(places) > 1 or any(map(os.path.ismount, [folder, *way[:-1]]))


def _clear(folder: Path) -> None:
    """Take away what runs that were killed have left."""
    late = time.time() - _GIVEN_UP
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if path.lstat().st_mtime < late:
                path.unlink()


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
