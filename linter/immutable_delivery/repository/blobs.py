"""Files as git stores them: their modes, and their bytes from its object store."""

from __future__ import annotations

import os
from collections.abc import Mapping

from immutable_delivery.errors import AbsentError
from immutable_delivery.repository.batch import Batch, StoppedError, present
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.listing import Entry

_LINK, _PROGRAM = b"120000", b"100755"


class Blobs:
    """The stored files of a list; every path is a file's own, with no links in it."""

    def __init__(self, git: Git, entries: Mapping[str, Entry], batch: Batch | None = None) -> None:
        self._entries = entries
        self._git = git
        self.batch = batch or Batch(git)
        self._present: frozenset[str] | None = None
        """The blobs of this clone, once it is known to lack some."""
        self._links: dict[bytes, str] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; UnreadableError where this clone has them not, or they are too many."""
        oid = self._entries[path].oid.decode()
        try:
            return self.batch.read(self._known(oid))
        except StoppedError:
            oids = (entry.oid.decode() for entry in self._entries.values())
            self._present = present(self._git, oids)
            return self.batch.read(self._known(oid))

    def _known(self, oid: str) -> str:
        """Return the name of a blob that is not known to be missing."""
        if self._present is not None and oid not in self._present:
            raise AbsentError("is not in this clone")
        return oid

    def mark(self, path: str) -> tuple[str, int]:
        """Return what tells one version of a file from another; git's objects are never written again."""
        entry = self._entries.get(path)
        return (entry.oid.decode(), 0) if entry else ("", 0)

    def executable(self, path: str) -> bool:
        """Tell whether a file may be run."""
        entry = self._entries.get(path)
        return entry is not None and entry.mode == _PROGRAM

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, None where the path is no link."""
        entry = self._entries.get(path)
        if entry is None or entry.mode != _LINK:
            return None
        if entry.oid not in self._links:
            self._links[entry.oid] = os.fsdecode(self.read(path))
        return self._links[entry.oid]
