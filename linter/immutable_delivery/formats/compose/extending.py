"""`extends`: a service on top of another one, of the same file or of another."""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.budget import SPENT, Budget
from immutable_delivery.formats.compose.including import follow
from immutable_delivery.formats.compose.merging import merge, unique_service
from immutable_delivery.formats.compose.reading import Reader
from immutable_delivery.formats.compose.resets import Paths, without
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.urls import is_remote
from immutable_delivery.source.files import folder_of
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import mapping, scalar

Prepare = Callable[[str], tuple[Mapping, Paths]]
"""Takes a path, gives the whole file with its variables replaced, and what it takes back."""


class _File(Record):
    """The services of one file, those that extend none already, the others when they are asked for."""

    path: str
    services: Mapping
    paths: Paths
    done: dict[str, Node] = field(default_factory=dict)


class _Step(Record):
    """A service that extends another."""

    file: _File
    name: str
    node: Mapping


class Extension:
    """Resolves `extends` by walking from each service to its base and back, without recursion."""

    def __init__(self, reader: Reader, folders: dict[str, str], prepare: Prepare) -> None:
        self._reader = reader
        self._folders = folders
        self._prepare = prepare
        self._files: dict[str, _File | None] = {}
        self._budget = Budget(0)
        """How many inherited entries are worked out: a chain of services inherits more with each of them."""

    def apply(self, root: Mapping, path: str, paths: Paths) -> Mapping:
        """Return a document in which every service is whole."""
        services = mapping(root, "services")
        if services is None or not any(_extends(node) for _, node in services.items()):
            return root
        file = _File(path, services, paths)
        self._budget = Budget(20_000 + 50 * len(services.entries))
        entries = {
            name: (key, self._service(file, name)) for name, (key, _) in services.entries.items()
        }
        key = root.entries["services"][0]
        whole = replace(services, entries=entries)
        return replace(root, entries={**root.entries, "services": (key, whole)})

    def _service(self, file: _File, name: str) -> Node:
        first, wanted = file, name
        steps: list[_Step] = []
        seen = {(file.path, name)}
        while name not in file.done:
            node = file.services.entries[name][1]
            extends = _extends(node)
            if extends is None or not isinstance(node, Mapping):
                file.done[name] = node
                break
            steps.append(_Step(file, name, _without_extends(node)))
            base = self._base(file, extends)
            if base is None:
                break
            file, name = base
            if (file.path, name) in seen:
                self._reader.trouble(extends.place, f"extends '{name}' in a circle")
                break
            seen.add((file.path, name))
        self._merge_back(steps, file.done.get(name))
        return first.done[wanted]

    def _merge_back(self, steps: list[_Step], node: Node | None) -> None:
        """Merge from the base upward."""
        for step in reversed(steps):
            if isinstance(node, Mapping) and self._pays(node, step):
                base = _reset(node, step)
                merged = merge(base, step.node, ("services", step.name), self._reader.trouble)
                node = unique_service(merged)
            else:
                node = step.node
            step.file.done[step.name] = node

    def _pays(self, base: Mapping, step: _Step) -> bool:
        """Tell whether a service may still inherit; say it once where none may any more."""
        if self._budget.pays(sum(_size(value) for _, value in base.items())):
            return True
        if not self._budget.told:
            self._budget.told = True
            self._reader.trouble(step.node.place, SPENT)
        return False

    def _base(self, file: _File, extends: Node) -> tuple[_File, str] | None:
        """Return the file and the name of what a service extends; None, and told, where there is none."""
        name = extends if isinstance(extends, Scalar) else scalar(extends, "service")
        path = scalar(extends, "file")
        if name is None or not name.text:
            self._reader.trouble(extends.place, "does not say which service it extends")
            return None
        found = self._file(file, path) if path else file
        if found is None:
            return None
        if found.services.get(name.text) is None:
            self._reader.trouble(
                name.place, f"extends '{name.text}', which {found.path} does not have"
            )
            return None
        self._reader.extended.add((found.path, name.text))
        return found, name.text

    def _file(self, file: _File, path: Scalar) -> _File | None:
        if is_remote(path.text):
            self._reader.trouble(path.place, f"'{path.text}' is not in this repository")
            return None
        folder = self._folders.get(file.path, folder_of(file.path))
        found = follow(path, folder, self._reader)
        if found is None:
            return None
        if found not in self._files:
            self._folders.setdefault(found, folder_of(found))
            root, paths = self._prepare(found)
            services = mapping(root, "services") or Mapping(place=root.place)
            self._files[found] = _File(found, services, paths)
        return self._files[found]


def _extends(node: Node) -> Node | None:
    found = node.get("extends") if isinstance(node, Mapping) else None
    return None if isinstance(found, Scalar) and found.null else found


def _size(node: Node) -> int:
    if isinstance(node, Scalar):
        return 1
    return 1 + len(node.entries if isinstance(node, Mapping) else node.items)


def _without_extends(node: Mapping) -> Mapping:
    return replace(node, entries={k: v for k, v in node.entries.items() if k != "extends"})


def _reset(node: Mapping, step: _Step) -> Mapping:
    """Take out of a base what the file of the service on top of it resets."""
    mine = {
        path[2:] for path in step.file.paths if path[:2] == ("services", step.name) and path[2:]
    }
    return without(node, frozenset(mine)) if mine else node
