"""The working tree: what lies on the disk, as git sees it where there is a git."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from immutable_delivery.errors import HiddenError, MissingError, UnreadableError
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.listing import Listing, list_git, list_walk
from immutable_delivery.repository.symlinks import follow, real
from immutable_delivery.source.files import State, folder_of
from immutable_delivery.source.text import MAX_BYTES

if TYPE_CHECKING:
    from immutable_delivery.repository.blobs import Blobs

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


class WorkingTree:
    """The files on the disk: tracked, and untracked but not ignored; all of them where there is no git.

    ``named`` are paths to list although git ignores them; without git nothing else is listed, if any is named.
    """

    def __init__(self, root: Path, git: Git | None = None, named: Collection[str] = ()) -> None:
        self._root = str(root)
        self._git = git
        self._named = sorted(named)
        self._plain: set[str] = {""}
        """Folders that are known to be no links."""

    @cached_property
    def _listing(self) -> Listing:
        if self._git:
            return list_git(self._git, self._root, self._named)
        return list_walk(self._root, self._named)

    @cached_property
    def _stored(self) -> Blobs | None:
        """What git leaves out of the tree; None where that is nothing."""
        stored = self._listing.stored
        if not self._git or not stored:
            return None
        from immutable_delivery.repository.blobs import Blobs  # noqa: PLC0415 (most trees are whole)

        return Blobs(self._git, stored)

    @property
    def paths(self) -> Sequence[str]:
        """All files that version control does not ignore, sorted."""
        return self._listing.paths

    @property
    def submodules(self) -> tuple[str, ...]:
        """Folders that are repositories of their own: not read."""
        return self._listing.submodules

    @property
    def notices(self) -> tuple[str, ...]:
        """What kept the listing from being whole."""
        return self._listing.notices

    @property
    def untracked(self) -> frozenset[str]:
        """The files that git neither tracks nor ignores."""
        return self._listing.untracked

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; UnreadableError where it is none, is too large or lies outside."""
        real = follow(path, self.link)
        try:
            return _read(f"{self._root}/{real}")
        except FileNotFoundError as error:
            if self._stored and real in self._stored:
                return self._stored.read(real)
            raise MissingError from error
        except OSError as error:
            raise HiddenError(f"cannot be read: {error.strerror}") from error

    def mark(self, path: str) -> tuple[str, int]:
        """Return what tells one version of a file from another, and when it was written, in nanoseconds."""
        try:
            real = follow(path, self.link)
        except UnreadableError:
            return "", 0
        try:
            about = os.lstat(f"{self._root}/{real}")
        except (OSError, ValueError):
            return self._stored.mark(real) if self._stored else ("", 0)
        written = max(about.st_mtime_ns, about.st_ctime_ns)
        return f"{about.st_ino}:{about.st_size}:{about.st_mtime_ns}:{about.st_ctime_ns}", written

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links; itself where they lead out, or in a circle."""
        return real(path, self.link)

    def executable(self, path: str) -> bool:
        """Tell whether a file may be run."""
        try:
            real = follow(path, self.link)
        except UnreadableError:
            return False
        if self._stored and real in self._stored:
            return self._stored.executable(real)
        return os.access(f"{self._root}/{real}", os.X_OK)

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, None where the path is no link."""
        if path in self._plain:
            return None
        try:
            target = os.readlink(f"{self._root}/{path}")  # noqa: PTH115 (called for every part of every path)
        except (OSError, ValueError):
            stored = self._stored.link(path) if self._stored else None
            if stored is None:
                self._plain.add(path)
            return stored
        return target.replace(os.sep, "/")

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file or folder; without one, all that is there is tracked."""
        if not os.path.lexists(f"{self._root}/{path}"):  # most of what is asked for
            return "tracked" if self._stored and self._listing.state(self.real(path)) else "missing"
        known = self._listing.state(path)
        if known:
            return known
        try:
            folder = follow(folder_of(path), self.link)
        except UnreadableError:
            return "untracked"
        real = f"{folder}/{path.rpartition('/')[2]}".removeprefix("/")
        return self._listing.state(real) or self._unlisted(real)

    def _unlisted(self, path: str) -> State:
        """Tell the state of what git does not list: what could be committed is ignored, else it would be listed."""
        try:
            mode = os.lstat(f"{self._root}/{path}").st_mode
            files = stat.S_ISDIR(mode) and os.listdir(f"{self._root}/{path}")  # noqa: PTH208
        except (OSError, ValueError):
            return "missing"
        if self._git is None:
            return "tracked"
        return "ignored" if files or stat.S_ISREG(mode) or stat.S_ISLNK(mode) else "untracked"


def _read(path: str) -> bytes:
    """Read a regular file without ever opening anything else."""
    try:
        mode = os.lstat(path).st_mode
    except (NotADirectoryError, ValueError) as error:
        raise MissingError from error
    if not stat.S_ISREG(mode):
        raise UnreadableError("is a folder" if stat.S_ISDIR(mode) else "is no regular file")
    with open(os.open(path, _FLAGS), "rb") as file:  # noqa: PTH123 (a descriptor)
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise HiddenError(f"is larger than {MAX_BYTES // 1_000_000} MB")
        return file.read(MAX_BYTES + 1)
