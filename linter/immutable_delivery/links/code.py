"""What tells that a path of a container is code: what is copied there, what starts from there, what images keep there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from posixpath import join

from immutable_delivery.facts import Container
from immutable_delivery.files import Files
from immutable_delivery.formats.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import CodePaths
from immutable_delivery.tables.subjects import Files as FileNames


def by_service(containers: Iterable[Container]) -> Mapping[str, list[Container]]:
    """Return the containers of every service."""
    found: dict[str, list[Container]] = defaultdict(list)
    for container in containers:
        for name in container.scope.services:
            found[name].append(container)
    return found


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

    def holds_source(self, path: str) -> bool:
        """Whether a file is source code, or a folder has some in it or one level below."""
        if self._sources is None:
            self._sources = _sources(self.files.paths)
        return path in self._sources


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
