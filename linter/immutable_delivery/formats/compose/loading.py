"""Composing a project: files read, interpolated, included, extended and merged as Compose does it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Variables

from immutable_delivery.formats.compose.document import ComposeDocument
from immutable_delivery.formats.compose.extending import Extension, Prepare
from immutable_delivery.formats.compose.including import Include, includes
from immutable_delivery.formats.compose.merging import merge, merge_mappings, unique
from immutable_delivery.formats.compose.projects import Project
from immutable_delivery.formats.compose.reading import Environment, Reader
from immutable_delivery.formats.compose.resets import Paths, taken_back, without
from immutable_delivery.formats.compose.shapes import checked
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.interpolation import InvalidTemplateError, interpolate
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import scalar

MAX_INCLUDES = 200
"""More includes than this, one inside the other or beside it, are refused."""

SECTIONS = ("services", "volumes", "secrets", "configs", "networks", "models")


class Model(Record):
    """A project as Compose sees it, and what its relative paths are relative to."""

    root: Mapping
    folders: dict[str, str] = field(default_factory=dict)
    """Per file, the folder that the relative paths in it start from."""
    variables: Environment = field(default_factory=dict)
    """What the project's `.env` gives."""
    remote: list[LocatedText] = field(default_factory=list)
    """Includes from elsewhere."""

    def section(self, name: str) -> Mapping:
        """Return a top-level mapping."""
        found = self.root.get(name)
        return found if isinstance(found, Mapping) else Mapping(place=self.root.place)


def load(reader: Reader, project: Project) -> Model:
    """Compose the files of a project."""
    return _Composer(reader, project).model


class _Composer:
    def __init__(self, reader: Reader, project: Project) -> None:
        self._reader = reader
        self._includes = 0
        self.model = Model(_empty(project.files[0]))
        variables = reader.environment(f"{project.folder}/.env".lstrip("/"))
        variables = {**_project_name(reader, project), **variables}
        self.model.variables = variables
        self.model.root = self._files(project.files, project.folder, variables, ())

    def _files(
        self, files: tuple[str, ...], folder: str, variables: Environment, chain: tuple[str, ...]
    ) -> Mapping:
        merged = _empty(files[0])
        for path in files:
            self.model.folders[path] = folder
            if document := self._reader.document(path):
                for root in document.roots:
                    merged = self._with(merged, root, document, folder, variables, (*chain, path))
        return merged

    def _with(
        self,
        merged: Mapping,
        root: Mapping,
        document: ComposeDocument,
        folder: str,
        variables: Environment,
        chain: tuple[str, ...],
    ) -> Mapping:
        """Add one document of a file to what the files before it say."""
        root, paths = prepared(self._reader, root, document, variables)
        for include in includes(root, folder, self._reader):
            root = self._included(root, include, variables, chain, paths)
        merged = without(merged, paths)
        extension = Extension(self._reader, self.model.folders, self._preparing(variables))
        root = extension.apply(root, document.path, paths)
        return unique(merge_mappings(merged, root, (), self._reader.trouble))

    def _preparing(self, variables: Environment) -> Prepare:
        def prepare(path: str) -> tuple[Mapping, Paths]:
            merged, taken = _empty(path), frozenset[tuple[str, ...]]()
            document = self._reader.document(path)
            if document:
                for one in document.roots:
                    root, paths = prepared(self._reader, one, document, variables)
                    merged = merge_mappings(merged, root, (), self._reader.trouble)
                    taken |= paths
            return merged, taken

        return prepare

    def _included(
        self,
        root: Mapping,
        one: Include,
        variables: Environment,
        chain: tuple[str, ...],
        paths: Paths,
    ) -> Mapping:
        """Return a document with the resources of what it includes; its own count more."""
        if one.remote:
            self.model.remote.append(one.written)
            return root
        self._includes += 1
        if one.files[0] in chain or self._includes > MAX_INCLUDES:
            self._reader.trouble(
                one.written.used_at, f"includes '{one.files[0]}' once more: a cycle"
            )
            return root
        given = dict(variables)
        for path in one.environment_files:
            given = {**self._reader.environment(path), **given}
        self._reader.included.update(one.files)
        imported = without(self._files(one.files, one.folder, given, chain), paths)
        entries = dict(root.entries)
        for name in SECTIONS:
            if found := imported.entries.get(name):
                own = entries.get(name, (found[0], Mapping(place=found[1].place)))
                node = merge(found[1], own[1], (name,), self._reader.trouble)
                entries[name] = (own[0], node)
        return Mapping(entries, place=root.place)


def prepared(
    reader: Reader, root: Mapping, document: ComposeDocument, variables: Environment
) -> tuple[Mapping, Paths]:
    """Return a document with its variables replaced and of the right shape, and what it takes back."""
    paths: Paths = frozenset()
    if document.resets:
        rest, paths = taken_back(root)
        root = rest if isinstance(rest, Mapping) else _empty(document.path)
    if document.interpolates:
        found = Interpolation(variables, reader.trouble).apply(root)
        root = found if isinstance(found, Mapping) else root
    return checked(root, reader.trouble), paths


def _project_name(reader: Reader, project: Project) -> Environment:
    """Return the variable that Compose sets itself."""
    document = reader.document(project.files[0])
    names = [
        name for root in (document.roots if document else []) if (name := scalar(root, "name"))
    ]
    if names:
        return {"COMPOSE_PROJECT_NAME": names[-1].written} if "$" not in names[-1].text else {}
    folder = project.folder.rpartition("/")[2].lower()
    place = Place(project.files[0], Span(0, 0))
    return {"COMPOSE_PROJECT_NAME": LocatedText.literal(folder, place)} if folder else {}


def _empty(path: str) -> Mapping:
    return Mapping(place=Place(path, Span(0, 0)))


Report = Callable[[Place, str], None]
"""Takes where something stands and what is wrong with it."""


class Interpolation:
    """Interpolates trees; what aliases share stays shared, what holds no variable stays the same."""

    def __init__(self, variables: Variables[str, LocatedText], report: Report) -> None:
        self._variables = variables
        self._report = report
        self._done: dict[int, tuple[Node, Node]] = {}

    def apply(self, node: Node) -> Node:
        """Return the tree with values."""
        if isinstance(node, Scalar):
            return self._scalar(node) if "$" in node.text else node
        if id(node) not in self._done:
            self._done[id(node)] = (node, self._collection(node))
        return self._done[id(node)][1]

    def _collection(self, node: Mapping | Sequence) -> Node:
        if isinstance(node, Sequence):
            items = [self.apply(item) for item in node.items]
            return Sequence(items, place=node.place, tag=node.tag)
        entries = {name: (key, self.apply(value)) for name, (key, value) in node.entries.items()}
        return Mapping(entries, place=node.place, tag=node.tag)

    def _scalar(self, node: Scalar) -> Scalar:
        try:
            written = interpolate(node.written, self._variables)
        except InvalidTemplateError as error:
            place = node.written.place(error.offset, error.offset + 1)
            self._report(
                place, "holds a reference to a variable that is not valid; `$$` writes a dollar"
            )
            return node
        return Scalar(written, node.place, plain=False, tag=node.tag)
