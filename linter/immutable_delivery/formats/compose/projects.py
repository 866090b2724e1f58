"""Which Compose files belong together: a main file, its override, and the files that add to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from immutable_delivery.formats.compose.document import ComposeDocument
from immutable_delivery.formats.compose.overlays import (
    Name,
    completes,
    declared,
    incomplete,
    lacking,
    named_base,
    relative_paths,
    services_of,
)
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Scalar, Sequence
from immutable_delivery.syntax.yaml.query import items, text

MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Compose looks for in a folder, in this order."""

OVERRIDE_NAMES = (
    "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip
"""What Compose adds to it by itself: the first that is there."""

_LEVELS_UP = 2
Exists = Callable[[str], bool]


class Project(Record, frozen=True):
    """Files that Compose reads together, in their order."""

    files: tuple[str, ...]
    judged: frozenset[str] | None = None
    """The services to judge here; None for all: those that an overlay leaves alone are judged without it."""
    left_out: frozenset[str] = frozenset()
    """Services that others extend: they are judged there."""
    start: str | None = None
    """The folder that its relative paths start from, where that is not the first file's own."""

    def judges(self, name: str) -> bool:
        """Whether a service is judged as part of this project."""
        return name not in self.left_out and (self.judged is None or name in self.judged)

    @property
    def folder(self) -> str:
        """The folder that its relative paths start from."""
        return folder_of(self.files[0]) if self.start is None else self.start


class Layout(Record, frozen=True):
    """The projects of a repository; ``used`` are files that others include or extend."""

    projects: tuple[Project, ...]
    used: tuple[str, ...]


def layout(
    documents: Mapping[str, ComposeDocument],
    chosen: Mapping[str, tuple[str, ...]],
    exists: Exists = lambda _: False,
) -> Layout:
    """Group files into projects; ``chosen`` are the files that `COMPOSE_FILE` in a folder's `.env` names.

    ``exists`` tells whether the repository has a path: a second file's paths count from the folder of the first.
    """
    used = _used(documents)
    folders: dict[str, list[str]] = defaultdict(list)
    for path in documents:
        folders[folder_of(path)].append(path)
    projects = [
        project
        for folder in sorted(folders)
        for project in _Folder(documents, folder, folders[folder], chosen, exists).projects(used)
    ]
    return Layout(tuple(projects), tuple(sorted(used)))


class _Folder:
    """The Compose files of one folder."""

    def __init__(
        self,
        documents: Mapping[str, ComposeDocument],
        folder: str,
        paths: list[str],
        chosen: Mapping[str, tuple[str, ...]],
        exists: Exists,
    ) -> None:
        self._documents = documents
        self._exists = exists
        self._paths = sorted(paths)
        self._main = chosen.get(folder) or self._first(folder, MAIN_NAMES)
        self._override = () if folder in chosen else self._first(folder, OVERRIDE_NAMES)
        self._above = [
            main for above in folders_above(folder) if (main := self._first(above, MAIN_NAMES))
        ]

    def projects(self, used: Iterable[str]) -> Iterator[Project]:
        overlays = {path: base for path in self._others() if (base := self._base(path))}
        if self._main and self._override:
            overlays = {self._override[0]: self._main, **overlays}
        alone = bool(self._main) and not self._replaced(overlays)
        if alone and self._main[0] not in used:
            yield Project(self._main)
        for path, base in overlays.items():
            here = base == self._main and not alone
            judged = None if here else frozenset(services_of(self._documents[path]))
            yield Project((*base, path), judged)
        taken = {*overlays, *self._main, *used}
        yield from (self._alone(path) for path in self._paths if path not in taken)

    def _replaced(self, overlays: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether nobody runs the main file by itself: it needs an overlay, or there is one for each occasion."""
        added = [path for path, base in overlays.items() if base == self._main]
        if self._override and len(added) > 1:
            return True
        missing = set[str]().union(*(incomplete(self._documents[path]) for path in self._main))
        given = set[str]().union(*(services_of(self._documents[path]) for path in added))
        return bool(missing & given)

    def _others(self) -> list[str]:
        return [path for path in self._paths if path not in {*self._main, *self._override}]

    def _base(self, path: str) -> tuple[str, ...]:
        """Return the files that an overlay adds to; none where it is complete by itself."""
        document = self._documents[path]
        if named := named_base(path, self._paths):
            return (named,)
        wanted, lacks = incomplete(document), lacking(document)
        beside = [(other,) for other in self._others() if other != path]
        bases = [self._main, *beside, *self._above] if self._main else [*beside, *self._above]
        if wanted or lacks:
            fitting = (base for base in bases if self._gives(base, wanted, lacks))
            return next(fitting, ())
        if self._main and (document.resets or self._completes(document)):
            return self._main if self._shares(document) else ()
        return ()

    def _gives(self, base: tuple[str, ...], wanted: set[str], lacks: set[Name]) -> bool:
        found = set[Name]().union(*(declared(self._documents[path]) for path in base))
        return wanted <= self._complete(base) and lacks <= found

    def _completes(self, document: ComposeDocument) -> bool:
        return len(self._main) == 1 and completes(document, self._documents[self._main[0]])

    def _shares(self, document: ComposeDocument) -> bool:
        return bool(services_of(document).keys() & self._complete(self._main))

    def _alone(self, path: str) -> Project:
        """Return a file by itself; its paths start above where they lead to something from there alone."""
        written = list(relative_paths(self._documents[path]))
        for folder in (folder_of(path), *(folder_of(main) for main, *_ in self._above)):
            if any(self._exists(resolve(folder, one) or "") for one in written):
                return Project((path,), start=None if folder == folder_of(path) else folder)
        return Project((path,))

    def _complete(self, paths: Iterable[str]) -> set[str]:
        found = set[str]()
        for path in paths:
            found |= services_of(self._documents[path]).keys() - incomplete(self._documents[path])
        return found

    def _first(self, folder: str, names: Iterable[str]) -> tuple[str, ...]:
        paths = (f"{folder}/{name}" if folder else name for name in names)
        return next(((path,) for path in paths if path in self._documents), ())


def folders_above(folder: str) -> list[str]:
    """Return the folders whose main files an overlay in this one may add to, the nearest first."""
    found: list[str] = []
    while folder and len(found) < _LEVELS_UP:
        folder = folder_of(folder)
        found.append(folder)
    return found


def _used(documents: Mapping[str, ComposeDocument]) -> set[str]:
    """Return the files that others include, and those that others extend and that are no main file."""
    included, extended = set[str](), set[str]()
    for path, document in documents.items():
        folder = folder_of(path)
        for root in document.roots:
            included |= {found for name in _includes(root) if (found := resolve(folder, name))}
        for node in services_of(document).values():
            if file := text(node, "extends", "file"):
                extended.add(resolve(folder, file) or "")
    extended = {path for path in extended if path.rpartition("/")[2] not in MAIN_NAMES}
    return (included | extended) & documents.keys()


def _includes(root: Tree) -> Iterator[str]:
    for entry in items(root, "include"):
        path = entry.get("path") if isinstance(entry, Tree) else entry
        for one in path.items if isinstance(path, Sequence) else [path]:
            if isinstance(one, Scalar):
                yield one.text
