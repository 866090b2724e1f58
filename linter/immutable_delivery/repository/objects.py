"""The index or a commit: files as git stores them, whatever lies on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from immutable_delivery.errors import MissingError, UnreadableError, UsageError
from immutable_delivery.records import Record, field
from immutable_delivery.repository.batch import Batch
from immutable_delivery.repository.blobs import Blobs
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.listing import GITLINK, Entry, Listing
from immutable_delivery.repository.symlinks import follow, real
from immutable_delivery.repository.working import WorkingTree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import State

_EMPTY = (
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The empty blob, which also stands for a file of which only the name is added."""


class _Entries(Record):
    files: dict[str, Entry] = field(default_factory=dict)
    submodules: list[str] = field(default_factory=list)
    unmerged: set[str] = field(default_factory=set)

    def add(self, path: str, mode: bytes, oid: bytes) -> None:
        if mode == GITLINK:
            self.submodules.append(path)
        else:
            self.files[path] = Entry(mode, oid)


class ObjectFiles:
    """The files of the index or a commit; ``working`` tells what lies beside them, ignored or untracked."""

    def __init__(
        self,
        git: Git,
        entries: _Entries,
        working: WorkingTree | None,
        batch: Batch | None = None,
    ) -> None:
        self._blobs = Blobs(git, entries.files, batch)
        self._unmerged = entries.unmerged
        self._working = working
        files = frozenset(entries.files) | entries.unmerged
        self._listing = Listing(tracked=files, submodules=tuple(sorted(entries.submodules)))

    @property
    def batch(self) -> Batch:
        """What reads blobs: for another commit of the repository too."""
        return self._blobs.batch

    @property
    def paths(self) -> Sequence[str]:
        """All files, sorted."""
        return self._listing.paths

    @property
    def submodules(self) -> tuple[str, ...]:
        """Folders that are repositories of their own: not read."""
        return self._listing.submodules

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; UnreadableError where it is none, is too large or lies outside."""
        real = follow(path, self.link)
        if real in self._blobs:
            return self._blobs.read(real)
        if real in self._unmerged:
            raise UnreadableError("has a merge conflict that is not resolved")
        raise UnreadableError("is a folder") if self._listing.lists(real) else MissingError

    def mark(self, path: str) -> tuple[str, int]:
        """Return what tells one version of a file from another; git's objects are never written again."""
        try:
            return self._blobs.mark(follow(path, self.link))
        except UnreadableError:
            return "", 0

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links; itself where they lead out, or in a circle."""
        return real(path, self.link)

    def executable(self, path: str) -> bool:
        """Tell whether a file may be run."""
        try:
            return self._blobs.executable(follow(path, self.link))
        except UnreadableError:
            return False

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, None where the path is no link."""
        return self._blobs.link(path)

    def state(self, path: str) -> State:
        """Tell whether a file or folder is among these files, or lies beside them on the disk."""
        known = self._listing.state(path)
        if known:
            return known
        try:
            known = self._listing.state(follow(path, self.link))
        except UnreadableError:
            return "untracked"
        beside = self._working.state(path) if self._working else "missing"
        return known or ("untracked" if beside == "tracked" else beside)


def index_files(git: Git) -> ObjectFiles:
    """Return what is staged."""
    entries = _Entries()
    for record in _records(git, "ls-files", "-z", "--stage", "--cached"):
        about, _, name = record.partition(b"\t")
        mode, oid, stage = about.split()
        if stage == b"0":
            entries.add(os.fsdecode(name), mode, oid)
        else:
            entries.unmerged.add(os.fsdecode(name))
    for path in _only_announced(git, entries):
        del entries.files[path]
    return ObjectFiles(git, entries, WorkingTree(git.top, git))


def commit_files(
    git: Git, commit: str, *, alone: bool = False, batch: Batch | None = None
) -> ObjectFiles:
    """Return the files of a commit or tree, given by its object name; ``alone``, without a look at what lies beside them."""
    entries = _Entries()
    for record in _records(git, "ls-tree", "-r", "-z", "--full-tree", commit):
        about, _, name = record.partition(b"\t")
        mode, _, oid = about.split()
        entries.add(os.fsdecode(name), mode, oid)
    beside = None if git.bare or alone else WorkingTree(git.top, git)
    return ObjectFiles(git, entries, beside, batch)


def _records(git: Git, *args: str) -> Iterator[bytes]:
    yield from git.run(*args).out.split(b"\0")[:-1]


def _only_announced(git: Git, entries: _Entries) -> list[str]:
    """Return the paths of ``git add --intent-to-add``, which a commit leaves out."""
    if not any(entry.oid in _EMPTY for entry in entries.files.values()):
        return []
    new = _records(git, "diff-files", "-z", "--name-only", "--diff-filter=A", "--ignore-submodules")
    paths = (os.fsdecode(name) for name in new)
    return [path for path in paths if path in entries.files and entries.files[path].oid in _EMPTY]


def commit_of(git: Git, rev: str) -> str:
    """Return the object name of the commit that ``rev`` names; UsageError where it names none."""
    answer = (
        None
        if rev.startswith("-")
        else git.ask("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}")
    )
    name = answer.out.strip() if answer else b""
    if not re.fullmatch(rb"[0-9a-f]{40,}", name):
        raise UsageError(f"{shown(rev) or 'an empty name'} is no commit of this repository")
    return name.decode()
