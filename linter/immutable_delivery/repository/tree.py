"""The files of a repository, from the working tree, the index or a commit."""

from __future__ import annotations

from typing import Protocol

from immutable_delivery.source.files import MarkedFiles


class RepositoryFiles(MarkedFiles, Protocol):
    """The files of a repository, and what only a repository knows of them."""

    @property
    def submodules(self) -> tuple[str, ...]:
        """Folders that are repositories of their own: not read."""

    def executable(self, path: str) -> bool:
        """Tell whether a file may be run."""

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, None where the path is no link."""
