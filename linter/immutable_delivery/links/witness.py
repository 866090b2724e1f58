"""What linking asks of the repository, beside the facts: whether a change of a file may change the links of others."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.source.files import Files, State


class Witness:
    """The files of a repository, and what of them has been asked for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.contents: set[str] = set()
        """The files that were read."""
        self.listing = False
        """Whether anybody asked which files there are."""

    @property
    def paths(self) -> Sequence[str]:
        """All files, sorted."""
        self.listing = True
        return self._files.paths

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        self.contents.add(path)
        return self._files.read(path)

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file or folder."""
        self.listing = True
        return self._files.state(path)
