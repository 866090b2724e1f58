"""What tells that a path of a container is code: what is copied there, what starts from there, what images keep there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from posixpath import join

from immutable_delivery.facts import Container
from immutable_delivery.links.conventions import Held
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import Files
from immutable_delivery.tables import known
from immutable_delivery.tables.mounts import Mounts
from immutable_delivery.tables.subjects import CodePaths
from immutable_delivery.tables.subjects import Files as FileNames


def program_below(target: str, container: Container) -> str:
    """Return the program or source file below the target that the container starts, by its working directory too."""
    argv, source = container.entry or (), known(FileNames).source
    for word in argv:
        relative = not word.startswith(("/", "-")) and (
            word.startswith("./") or source.search(word)
        )
        path = join(container.workdir or "", word) if relative and container.workdir else word
        inside = path == target or path.startswith(f"{target.rstrip('/')}/")
        if inside and (source.search(word) or word == argv[0]):
            return word
    return ""


def served_by(image: str | None) -> tuple[str, ...]:
    """Return where an image keeps the code or the pages that it serves."""
    return known(CodePaths).images.get(name_and_tag(image or "")[0], ())


def holds_state(target: str) -> bool:
    """Whether a path of a container lies in a folder for state, or of the machine."""
    return known(FileNames).data_folder.match(target) is not None


class CodeFolders:
    """Which paths of the repository hold source code that version control tracks."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._sources: set[str] | None = None
        self._held: dict[str, Held | None] = {}

    def holds_source(self, path: str) -> bool:
        """Whether a file is source code, or a folder has some in it or one level below."""
        if self._sources is None:
            self._sources = _sources(self.files.paths)
        return path in self._sources

    def held(self, path: str) -> Held | None:
        """Return what version control tracks of a file or of a folder below the root; None where it is nothing."""
        if path not in self._held:
            tracked = self.files.state(path) == "tracked"
            self._held[path] = _counted(self.files.paths, path) if tracked else None
        return self._held[path]


def _counted(paths: Sequence[str], path: str) -> Held:
    first, last = bisect_left(paths, f"{path}/"), bisect_left(paths, f"{path}0")
    below, table = paths[first:last], known(Mounts)
    return Held(
        files=len(below),
        programs=sum(1 for name in below if table.program_file.search(name)),
        pages=sum(1 for name in below if table.page_file.search(name)),
        folder=bool(below),
    )


def _sources(paths: Iterable[str]) -> set[str]:
    found, source = set(), known(FileNames).source
    for path in paths:
        if source.search(path):
            found.add(path)
            folder = path.rpartition("/")[0]
            found.add(folder)
            for _ in range(3):
                folder = folder.rpartition("/")[0]
                found.add(folder)
    return found
