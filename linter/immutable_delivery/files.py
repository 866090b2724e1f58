"""What formats and links may ask of the repository: paths and bytes, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import normpath
from typing import Literal, Protocol

from immutable_delivery.errors import UnreadableError
from immutable_delivery.text import Text

State = Literal["tracked", "untracked", "ignored", "missing"]


class Files(Protocol):
    """The files of a repository: the working tree, the index, a commit or an example in memory.

    Paths are relative to the root, with forward slashes and without `.` and `..`; the root itself is "".
    """

    @property
    def paths(self) -> Sequence[str]:
        """All files that version control does not ignore, sorted."""

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise :class:`UnreadableError` where that fails."""

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file or folder; without one, all is tracked."""


class MemoryFiles:
    """Files given as text: for examples, tests and single inputs."""

    def __init__(
        self, files: Mapping[str, str | bytes], states: Mapping[str, State] | None = None
    ) -> None:
        self._files = {p: d.encode() if isinstance(d, str) else d for p, d in files.items()}
        self._states = dict(states or {})
        self.paths: Sequence[str] = sorted(
            path for path in self._files if self._states.get(path) != "ignored"
        )

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        if path not in self._files:
            raise UnreadableError("is not there")
        return self._files[path]

    def state(self, path: str) -> State:
        """Tell what the constructor said of the path; else tracked where a file or folder of that name is."""
        if path in self._states:
            return self._states[path]
        there = any(name == path or name.startswith(f"{path}/") for name in self._files)
        return "tracked" if there or not path else "missing"


def read_text(files: Files, path: str | None) -> Text | None:
    """Return the text of a file, or None where there is none or it cannot be read."""
    if path is None:
        return None
    try:
        return Text.decode(path, files.read(path))
    except UnreadableError:
        return None


def resolve(folder: str, path: str) -> str | None:
    """Return ``path``, written relative to ``folder``, relative to the root; None where it leaves the root."""
    joined = normpath(f"{folder or '.'}/{path}")
    if path.startswith(("/", "~")) or joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def folder_of(path: str) -> str:
    """Return the folder of a file, "" for the root."""
    return path.rpartition("/")[0]
