"""What formats and links may ask of the repository: paths and bytes, wherever they come from."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from posixpath import normpath
from typing import Literal, Protocol

from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.source.text import Text

POINTER = b"version https://git-lfs.github.com/spec/"
"""What a file begins with of which Git LFS keeps the text elsewhere."""
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


class LinkedFiles(Files, Protocol):
    """Files some of which may be symbolic links."""

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links; itself where they lead out, or in a circle."""


class MarkedFiles(LinkedFiles, Protocol):
    """Files of which something tells whether they are still what they were."""

    def mark(self, path: str) -> tuple[str, int]:
        """Return what tells one version of a file from another, and when it was written, in nanoseconds.

        The mark is empty where nothing tells.
        """


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
            raise MissingError
        return self._files[path]

    def mark(self, path: str) -> tuple[str, int]:  # noqa: ARG002 (nothing tells)
        """Return no mark."""
        return "", 0

    def real(self, path: str) -> str:
        """Return the path: there are no links."""
        return path

    def state(self, path: str) -> State:
        """Tell what the constructor said of the path; else tracked where a file or folder of that name is."""
        if path in self._states:
            return self._states[path]
        there = any(name == path or name.startswith(f"{path}/") for name in self._files)
        return "tracked" if there or not path else "missing"


class Texts(Mapping[str, Text]):
    """The texts of a repository's files by path, each read when somebody asks for it."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, Text | None] = {}

    def __getitem__(self, path: str) -> Text:
        if path not in self._read:
            self._read[path] = _readable(self._files, path)
        text = self._read[path]
        if text is None:
            raise KeyError(path)
        return text

    def with_other(self, files: Files, changed: Collection[str]) -> Texts:
        """Return the texts of other files, of which only these have changed."""
        found = Texts(files)
        found._read = {path: text for path, text in self._read.items() if path not in changed}
        return found

    def keep(self, text: Text) -> None:
        """Add a text that is not, or not so, among the files."""
        self._read[text.path] = text

    def __iter__(self) -> Iterator[str]:
        return (path for path, text in self._read.items() if text is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _readable(files: Files, path: str) -> Text | None:
    """Return the text of a file, whatever its bytes are; None where it cannot be read."""
    try:
        return Text.lenient(path, files.read(path))
    except UnreadableError as error:
        return Text(path, error.text) if error.text else None


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


def lies_here(files: Files, path: str) -> bool:
    """Whether a repository holds a file or folder: what version control ignores is not of it."""
    return files.state(path) in {"tracked", "untracked"}


def is_file(files: Files, path: str) -> bool:
    """Whether a path is that of a file which version control does not ignore."""
    return next(below(files.paths, path), None) == path


def folder_of(path: str) -> str:
    """Return the folder of a file, "" for the root."""
    return path.rpartition("/")[0]


def above(path: str) -> Iterator[str]:
    """Yield the folders that a file or a folder lies in, the nearest first and the root last."""
    while path:
        path = folder_of(path)
        yield path


def outer_first(paths: Iterable[str], named: re.Pattern[str]) -> list[str]:
    """Return paths in order: those of a name that takes in others first, and of them those further up."""
    return sorted(paths, key=lambda path: (not named.search(path), path.count("/"), path))


def below(paths: Sequence[str], path: str) -> Iterator[str]:
    """Yield a file, or the files that a folder holds."""
    start = f"{path}/" if path else ""
    at = bisect_left(paths, path)
    if at < len(paths) and paths[at] == path:
        yield path
    at = bisect_left(paths, start, at)
    while at < len(paths) and paths[at].startswith(start):
        yield paths[at]
        at += 1
