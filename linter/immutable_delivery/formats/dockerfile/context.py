"""The build context: which files of the repository COPY and ADD can mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain
from posixpath import normpath
from typing import Literal

from immutable_delivery.formats.dockerfile.buildcalls import builds_from_root, called_context
from immutable_delivery.formats.dockerfile.ignorefile import Ignore, ignore_of
from immutable_delivery.formats.dockerfile.requests import Request
from immutable_delivery.source.files import Files, State, below, folder_of, read_text
from immutable_delivery.syntax.globs import Glob, is_glob

Kind = Literal["file", "folder", ""]
MAX_MATCHES = 500


class Context:
    """The folder that a build sends, seen through its ignore file; ``folder`` is None where it is elsewhere."""

    def __init__(self, files: Files, dockerfile: str, folder: str | None) -> None:
        self.files = files
        self.folder = folder
        self._found: dict[str, list[str]] = {}
        self.ignore = Ignore() if folder is None else ignore_of(files, dockerfile, folder)

    def find(self, source: str) -> list[str]:
        """Return the paths, relative to the root, that a source of COPY means; files that git ignores too."""
        if source not in self._found:
            self._found[source] = self._find(source)
        return self._found[source]

    def _find(self, source: str) -> list[str]:
        if self.folder is None:
            return []
        path = normpath(f"/{source}").lstrip("/")
        if not is_glob(path):
            whole = joined(self.folder, path)
            return [whole] if self.kind(whole) or self.state(whole) != "missing" else []
        return _matches(self.files.paths, self.folder, path)

    def kind(self, path: str) -> Kind:
        """Tell whether a path of the repository is a file, a folder or unknown."""
        return kind(self.files.paths, path)

    def state(self, path: str) -> State:
        """Tell whether version control tracks a path of the repository."""
        return self.files.state(path)

    def sends(self, path: str) -> bool:
        """Whether a path is a file of the repository that the build gets."""
        return self.kind(path) == "file" and not self.leaves_out(path)

    def leaves_out(self, path: str) -> bool:
        """Whether the ignore file keeps out all that a path of the repository holds."""
        if self.folder is None or not self.ignore.path:
            return False
        known = below(self.files.paths, path)
        first = next(known, None)
        if first is None:  # not in version control: of a folder, something may be let in again
            return not self.ignore.keeps and self.ignore.excludes(self._inner(path))
        if first != path and self._lets_in(path):
            return False
        return all(self.ignore.excludes(self._inner(one)) for one in chain([first], known))

    def _lets_in(self, folder: str) -> bool:
        """Whether something in a folder is let in by its name: `*` and `!src` need not be tried on all that lies before it."""
        start = f"{folder}/" if folder else ""
        kept = (joined(self.folder or "", name) for name in self.ignore.kept)
        first = (next(below(self.files.paths, one), None) for one in kept if one.startswith(start))
        return any(one and not self.ignore.excludes(self._inner(one)) for one in first)

    def _inner(self, path: str) -> str:
        return path[len(self.folder or "") :].lstrip("/")

    def text(self, path: str) -> str | None:
        """Return what a file holds, None where it cannot be read."""
        found = read_text(self.files, path)
        return found.value if found else None


def context_of(files: Files, dockerfile: str, request: Request, sources: Sequence[str]) -> Context:
    """Return the context: as a manifest says, else the folder above the Dockerfile that holds most of its sources."""
    if request.elsewhere or request.context is not None:
        return Context(files, dockerfile, request.context)
    folder = folder_of(dockerfile)
    if (
        folder and sources and all(normpath(f"/{one}") == "/" for one in sources)
    ):  # which folder, no source tells
        return Context(files, dockerfile, _told(files, dockerfile, folder))
    best, most = folder, -1
    while True:
        held = sum(_holds(files.paths, folder, one) for one in sources)
        if held > most:
            best, most = folder, held
        if held == len(sources):
            return Context(files, dockerfile, folder)
        if not folder:  # no folder holds all: what is not there is made first, or a call says where
            called = called_context(files, dockerfile)
            return Context(files, dockerfile, best if called is None else called)
        folder = folder_of(folder)


def _holds(paths: Sequence[str], folder: str, source: str) -> bool:
    """Whether a folder holds what a source of COPY means."""
    path = normpath(f"/{source}").lstrip("/")
    found = _matches(paths, folder, path) if is_glob(path) else kind(paths, joined(folder, path))
    return bool(found)


def _matches(paths: Sequence[str], folder: str, pattern: str) -> list[str]:
    """Return what in a folder fits a pattern, part by part."""
    found = [folder]
    for part in pattern.split("/"):
        found = [one for base in found for one in _matching(paths, base, part)][:MAX_MATCHES]
    return found


def _matching(paths: Sequence[str], base: str, part: str) -> Iterator[str]:
    if is_glob(part):
        glob = Glob(part)
        names = (name for name in children(paths, base) if glob.matches(name))
        yield from (joined(base, name) for name in names)
    elif kind(paths, joined(base, part)):
        yield joined(base, part)


def _told(files: Files, dockerfile: str, folder: str) -> str:
    """Return the context as the repository's commands say, else the root where it is built as a whole."""
    called = called_context(files, dockerfile)
    if called is not None:
        return called
    return "" if builds_from_root(files, folder) else folder


def kind(paths: Sequence[str], path: str) -> Kind:
    """Tell whether a path is one of sorted paths, or a folder of some of them."""
    if not path:
        return "folder"
    at = bisect_left(paths, path)
    if at < len(paths) and paths[at] == path:
        return "file"
    at = bisect_left(paths, f"{path}/", at)
    return "folder" if at < len(paths) and paths[at].startswith(f"{path}/") else ""


def children(paths: Sequence[str], folder: str) -> Iterator[str]:
    """Yield the names of what lies in a folder."""
    start = f"{folder}/" if folder else ""
    at = bisect_left(paths, start)
    while at < len(paths) and paths[at].startswith(start):
        name, slash, _ = paths[at][len(start) :].partition("/")
        yield name
        at = bisect_left(paths, f"{start}{name}0", at) if slash else at + 1


def joined(folder: str, path: str) -> str:
    """Return a path below a folder; either may be the empty root."""
    return f"{folder}/{path}" if folder and path else folder or path
