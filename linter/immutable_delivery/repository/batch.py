"""Blobs from git's object store, through one process for all of them."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from immutable_delivery.errors import AbsentError, HiddenError, UnreadableError, UsageError
from immutable_delivery.repository.git import Git
from immutable_delivery.source.text import MAX_BYTES

if TYPE_CHECKING:
    import subprocess


_STOPPED = "git cat-file stopped"
_ROOM = 50_000_000
"""So many bytes are held."""


class StoppedError(UsageError):
    """Git died: of a signal, or of a blob that a partial clone lacks."""


class Batch:
    """A ``git cat-file --batch``, started when the first blob is asked for."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._held: dict[str, bytes] = {}
        """What was read already, as far as there is room: a file is looked at to claim it, to parse it, in two commits."""
        self._room = _ROOM

    def __reduce__(self) -> tuple[type[Batch], tuple[Git]]:
        """Give another process one of its own."""
        return Batch, (self._git,)

    def read(self, oid: str) -> bytes:
        """Return the bytes of a blob; UnreadableError where it is not here or larger than any input."""
        data = self._held.get(oid)
        if data is None:
            data = self._read(oid)
            if len(data) <= self._room:
                self._held[oid] = data
                self._room -= len(data)
        return data

    def _read(self, oid: str) -> bytes:
        process = self._serving()
        asked, answers = process.stdin, process.stdout
        if asked is None or answers is None:
            raise AssertionError
        try:
            asked.write(f"{oid}\n".encode())
            asked.flush()
        except OSError as error:
            raise StoppedError(_STOPPED) from error
        header = answers.readline().split()
        if not header:
            self._process = None
            raise StoppedError(_STOPPED)
        if len(header) != 3:  # noqa: PLR2004 (name, type and size; else "name missing")
            raise AbsentError("is not in this clone")
        return _content(process, int(header[2]))

    def _serving(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():  # a fork must not share the pipes
            self._process, self._owner = self._git.serve("cat-file", "--batch"), os.getpid()
            weakref.finalize(self, _stop, self._process, self._owner)
        return self._process


def present(git: Git, oids: Iterable[str]) -> frozenset[str]:
    """Return the blobs that are in this clone; ``cat-file`` dies of each that a partial clone lacks."""
    listing = ("--no-walk", "--objects", "--ignore-missing", "--missing=print", "--stdin")
    process = git.serve("rev-list", *listing)
    out, _ = process.communicate("".join(f"{oid}\n" for oid in oids).encode())
    return frozenset(line.split()[0].decode() for line in out.splitlines() if line)


def _content(process: subprocess.Popen[bytes], size: int) -> bytes:
    answers = process.stdout
    if answers is None:
        raise AssertionError
    if size <= MAX_BYTES:
        data = answers.read(size + 1)
        if len(data) <= size:
            raise UnreadableError("cannot be read from git's objects")
        return data[:-1]
    left = size + 1
    while left and (chunk := answers.read(min(left, 1 << 20))):
        left -= len(chunk)
    raise HiddenError(f"is larger than {MAX_BYTES // 1_000_000} MB")


def _stop(process: subprocess.Popen[bytes], owner: int) -> None:
    if owner != os.getpid():
        return
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):  # git may be gone already
                pipe.close()
    process.wait()
