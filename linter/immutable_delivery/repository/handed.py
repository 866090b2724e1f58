"""A repository in which some files have the bytes that the caller hands over: of an editor, or of the standard input."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from immutable_delivery.repository.listing import folders_of
from immutable_delivery.repository.tree import RepositoryFiles
from immutable_delivery.source.files import State


class HandedFiles:
    """The files of a repository, some of them with other bytes, or that are not there.

    ``asked`` are taken for tracked, whatever version control says of them.
    """

    def __init__(
        self, files: RepositoryFiles, handed: Mapping[str, bytes], asked: Collection[str] = ()
    ) -> None:
        self._files, self._handed, self._asked = files, handed, asked
        self._there = folders_of(handed) | handed.keys()
        self.submodules = files.submodules
        self.paths: Sequence[str] = sorted({*files.paths, *filter(self._adds, handed)})

    def _adds(self, path: str) -> bool:
        """Whether what is handed over is one file more: new, and not of a repository of its own."""
        if path in self._asked:
            return True
        inside = any(path.startswith(f"{folder}/") for folder in self.submodules)
        return self._files.state(path) == "missing" and not inside

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._handed[path] if path in self._handed else self._files.read(path)

    def mark(self, path: str) -> tuple[str, int]:
        """Return the mark of a file; nothing tells versions of what is handed over apart."""
        return ("", 0) if path in self._handed else self._files.mark(path)

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links; what is handed over is no link."""
        return path if path in self._handed else self._files.real(path)

    def state(self, path: str) -> State:
        """Tell what version control says of a path; what is handed over, and nowhere else, is taken for tracked."""
        if path in self._asked:
            return "tracked"
        own = self._files.state(path)
        return "tracked" if own == "missing" and path in self._there else own

    def executable(self, path: str) -> bool:
        """Tell whether a file may be run."""
        return self._files.executable(path)

    def link(self, path: str) -> str | None:
        """Return what a symbolic link says, None where the path is no link."""
        return None if path in self._handed else self._files.link(path)
