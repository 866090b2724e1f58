"""Configuration files as trees: read, joined with what they extend, made plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn

from immutable_delivery.config import PYPROJECT, Path, packages
from immutable_delivery.config.links import absent, refuse_links
from immutable_delivery.errors import ConfigError, Fault, UnreadableError
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.nodes import head
from immutable_delivery.syntax.yaml.schema import Schema

_GIVEN = "--set "
_MOST_FILES = 30
_OF_ONE_REPOSITORY = ("baseline", "suppressions")
_ADD_UP = {
    ("policies",),
    ("suppressions",),
    *(("paths", n) for n in ("excluded", "fixtures", "vendored", "generated", "judge")),
}


class Trees(Record):
    """The configuration files of one run, with what they extend."""

    files: Files
    schema: Schema
    texts: dict[str, Text] = field(default_factory=dict)

    def read(self, path: str, chain: tuple[str, ...] = ()) -> Mapping:
        """Return the tree of a file, joined with what it extends; refuse what does not fit the schema."""
        self.texts[path] = _text(self.files, path)
        return self._extending(path, chain)

    @property
    def files_read(self) -> Iterator[str]:
        """The files among what was read, what they extend first."""
        return (path for path in self.texts if not path.startswith(_GIVEN))

    def given(self, name: str, value: str) -> Mapping:
        """Return the tree of a setting of the command line: the keys that lead to it, with dots between, and its value."""
        source = f"{_GIVEN}{name}"
        keys = "".join(f"{'  ' * at}{key}:\n" for at, key in enumerate(name.split(".")))
        self.texts[source] = Text(source, f"{keys.rstrip()} {value}\n")
        return self._extending(source, ())

    def _extending(self, path: str, chain: tuple[str, ...]) -> Mapping:
        own, chain = self._valid(path), (*chain, path)
        joint = Mapping(place=own.place)
        for item in _items(own.get("extends")):
            base = self._base(path, item)
            if base in chain:
                self._refuse(item, f"'{base}' extends itself: {' → '.join((*chain, base))}")
            if len(self.texts) >= _MOST_FILES:
                self._refuse(item, f"more than {_MOST_FILES} files extend each other")
            joint = joined(joint, self.read(base, chain))
        return joined(joint, own)

    def _base(self, path: str, item: Node) -> str:
        """Return the path of what an item of `extends` names: a file, or one of an installed package."""
        if isinstance(item, Mapping):
            name, version, file = (_text_of(item, key) for key in ("package", "version", "file"))
            try:
                return packages.package(name, version).named(file or packages.FILE)
            except UnreadableError as error:
                self._refuse(item, error.reason)
        written = item.text if isinstance(item, Scalar) else ""
        base = resolve(folder_of(path), written)
        if base is None:
            self._refuse(item, f"'{written}' is outside the repository")
        if reason := absent(packages.within(self.files, path), base):
            self._refuse(item, f"'{written}' {reason}")
        return base

    def _refuse(self, node: Node, reason: str) -> NoReturn:
        raise ConfigError(self.fault(head(node), reason))

    def fault(self, place: Place, reason: str) -> Fault:
        """Return that something is wrong at a place of one of the files."""
        return self.texts[place.file].fault(place.span, reason)

    def alone(self, path: str) -> Mapping:
        """Return the tree of a file by itself; refuse what does not fit the schema."""
        self.texts[path] = _text(self.files, path)
        return self._valid(path)

    def _valid(self, path: str) -> Mapping:
        root = self._root(path)
        faults = self.schema.faults(self.texts[path], root)
        if faults or not isinstance(root, Mapping):
            raise ConfigError(*faults)
        for name in _OF_ONE_REPOSITORY if packages.packaged(path) else ():
            if name in root.entries:
                self._refuse(
                    root.entries[name][0],
                    f"`{name}` cannot come from a package: it speaks of one repository",
                )
        return root

    def _root(self, path: str) -> Node:
        text = self.texts[path]
        if path.endswith(".toml"):
            from immutable_delivery.config import tomltree  # noqa: PLC0415 (tomllib is slow to import)

            names = ("tool", "imd") if path.rpartition("/")[2] == PYPROJECT else ()
            return tomltree.table(text, *names) or Mapping(place=Place(path, Span(0, 0)))
        return self._yaml(text)

    def _yaml(self, text: Text) -> Node:
        documents = yaml.documents(text)
        for document in documents:
            if document.problem:
                place = document.place.at(document.problem_at, document.problem_at)
                raise ConfigError(self.fault(place, document.problem))
            for key in document.duplicates:
                raise ConfigError(self.fault(key.place, f"`{key.text}` is written twice"))
        roots = [document.root for document in documents if document.root is not None]
        if len(roots) > 1:
            reason = "a second document; a configuration is one"
            raise ConfigError(self.fault(roots[1].place, reason))
        empty = not roots or (isinstance(roots[0], Scalar) and roots[0].null)
        return Mapping(place=Place(text.path, Span(0, 0))) if empty else roots[0]


def _text(files: Files, path: str) -> Text:
    refuse_links(files, path)
    try:
        return Text.decode(path, packages.within(files, path).read(path))
    except UnreadableError as error:
        raise ConfigError(Fault(error.reason, path)) from None


def _items(node: Node | None) -> Iterable[Node]:
    return node.items if isinstance(node, Sequence) else ()


def _text_of(node: Mapping, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""


def joined(base: Mapping, own: Mapping, keys: Path = ()) -> Mapping:
    """Return both mappings as one: ``own`` wins, mappings join, and some lists add up."""
    entries = dict(base.entries)
    for name, (key, value) in own.entries.items():
        inner = (*keys, name)
        before = base.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            entries[name] = (key, joined(before, value, inner))
        elif isinstance(value, Sequence) and isinstance(before, Sequence):
            entries[name] = (key, Sequence(_listed(before, value, inner), place=value.place))
        else:
            entries[name] = (key, value)
    return Mapping(entries, place=own.place)


def _listed(before: Sequence, own: Sequence, keys: Path) -> list[Node]:
    """Return the items of a list that a later file writes too; of two rows of a table the first counts."""
    if keys[0] == "tables":
        return [*own.items, *before.items]
    return [*before.items, *own.items] if keys in _ADD_UP else own.items


def places(node: Node, keys: Path = ()) -> Iterator[tuple[Path, Place]]:
    """Yield where every value is written; for an entry of a mapping that is its key."""
    if isinstance(node, Mapping):
        for name, (key, value) in node.entries.items():
            inner = (*keys, name)
            yield inner, value.place if isinstance(value, Scalar) else key.place
            yield from places(value, inner)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield (*keys, str(index)), item.place
            yield from places(item, (*keys, str(index)))
