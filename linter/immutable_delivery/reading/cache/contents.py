"""What files hold, told without reading those that have not been touched."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cached_property

from immutable_delivery.errors import UnreadableError
from immutable_delivery.reading.dependencies import digest, is_digest, listing_of, unreadable
from immutable_delivery.source.files import MarkedFiles

Known = dict[str, tuple[str, str]]
"""By path: the mark of a version of the file, and the digest of what it held."""

_SETTLED = 2_000_000_000
"""A file that was written within so many nanoseconds may be written again without a new mark."""


class Contents:
    """The digests of a repository's files: ``before`` tells those of untouched ones, ``after`` is for the next run."""

    def __init__(self, files: MarkedFiles, before: Known, after: Known) -> None:
        self._files = files
        self._before = before
        self._after = after
        self._digests: dict[str, str] = {}
        self._began = time.time_ns()

    def digest(self, path: str) -> str:
        """Return the digest of a file, or why it cannot be read."""
        if self.told(path) is None:
            with suppress(UnreadableError):
                self.read(path)
        return self._digests[path]

    def told(self, path: str) -> str | None:
        """Return the digest of a file as far as its mark tells it."""
        if path not in self._digests:
            mark, written = self._files.mark(path)
            before = self._before.get(path)
            if not before or before[0] != mark:
                return None
            self._keep(path, mark, written, before[1])
        return self._digests[path]

    def note(self, path: str, found: str) -> None:
        """Take the digest of a file from who has read it in this run."""
        if path not in self._digests:
            self._keep(path, *self._files.mark(path), found)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file, and remember what they are."""
        mark, written = self._files.mark(path)
        try:
            data = self._files.read(path)
        except UnreadableError as error:
            self._digests[path] = unreadable(error)
            raise
        self._keep(path, mark, written, digest(data))
        return data

    def state(self, path: str) -> str:
        """Tell whether version control tracks a file or folder."""
        return self._files.state(path)

    @cached_property
    def listing(self) -> str:
        """What identifies the list of all files."""
        return listing_of(self._files.paths)

    def _keep(self, path: str, mark: str, written: int, found: str) -> None:
        """Note what a file held; why one cannot be read may pass without a trace in its mark."""
        self._digests[path] = found
        if mark and is_digest(found) and self._began - written > _SETTLED:
            self._after[path] = (mark, found)
