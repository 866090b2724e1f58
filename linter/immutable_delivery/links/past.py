"""What links may ask of the history of the repository: which digests stood in files before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from immutable_delivery.records import Record


class Seen(Record, frozen=True):
    """A digest in the history of a file."""

    added: tuple[str, ...] = ()
    """The commits that wrote it, the newest first."""
    removed: bool = False
    """Whether one took it away again."""


Changes = Mapping[tuple[str, str], Seen]
"""By file and digest."""


class Past(Protocol):
    """Earlier versions of files, as far as they are here."""

    @property
    def missing(self) -> str:
        """Why earlier versions are not known; empty where all are."""

    def changes(self, paths: Collection[str]) -> Changes:
        """Return the digests that ever stood in these files."""

    def environments(self, path: str, commit: str, digest: str) -> frozenset[str]:
        """Return the environments in which a version of a file runs a digest."""


class NoPast:
    """The history of files that have none: nothing ran before."""

    missing = ""

    def changes(self, paths: Collection[str]) -> Changes:  # noqa: ARG002 (there is nothing to look for)
        """Return nothing."""
        return {}

    def environments(self, path: str, commit: str, digest: str) -> frozenset[str]:  # noqa: ARG002 (as above)
        """Return nothing."""
        return frozenset()


NO_PAST: Final = NoPast()
"""What holds where nobody asks."""
