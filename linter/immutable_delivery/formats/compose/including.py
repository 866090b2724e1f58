"""`include`: which files, from which folder, with which variables."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.compose.reading import Reader
from immutable_delivery.records import Record
from immutable_delivery.references.urls import is_remote
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence


class Include(Record, frozen=True):
    """One entry of `include`."""

    written: LocatedText
    """The path of its main file as it is written."""
    files: tuple[str, ...] = ()
    folder: str = ""
    """What the relative paths in them start from."""
    environment_files: tuple[str, ...] = ()
    """Their variables, those that count most first."""
    remote: bool = False


def includes(root: Mapping, folder: str, reader: Reader) -> Iterator[Include]:
    """Return what a document includes; what cannot be followed is told."""
    node = root.get("include")
    for entry in node.items if isinstance(node, Sequence) else []:
        paths = _scalars(entry.get("path") if isinstance(entry, Mapping) else entry)
        if not paths:
            reader.trouble(entry.place, "names no file to include")
        elif is_remote(paths[0].text):
            yield Include(paths[0].written, remote=True)
        elif files := _followed(paths, folder, reader):
            home = _home(entry, folder, files[0])
            yield Include(paths[0].written, files, home, _environment_files(entry, folder, home))


def _followed(paths: list[Scalar], folder: str, reader: Reader) -> tuple[str, ...]:
    files = [follow(path, folder, reader) for path in paths]
    return tuple(file for file in files if file is not None) if files[0] is not None else ()


def follow(path: Scalar, folder: str, reader: Reader) -> str | None:
    """Return the file that a path means, relative to the root; None, and told, where it cannot be followed."""
    file = resolve(folder, path.text)
    if path.written.unresolved:
        reader.trouble(path.place, f"'{path.text}' cannot be followed: nothing gives it a value")
    elif file is None:
        reader.trouble(path.place, f"'{path.text}' lies outside of the repository")
    elif reader.document(file) is None:
        reader.trouble(path.place, f"'{path.text}' is not there")
    else:
        return file
    return None


def _home(entry: Node, folder: str, main: str) -> str:
    named = _scalars(entry.get("project_directory")) if isinstance(entry, Mapping) else []
    home = resolve(folder, named[0].text) if named else None
    return folder_of(main) if home is None else home


def _environment_files(entry: Node, folder: str, home: str) -> tuple[str, ...]:
    named = _scalars(entry.get("env_file")) if isinstance(entry, Mapping) else []
    if not named:
        return (f"{home}/.env".lstrip("/"),)
    found = [resolve(folder, path.text) for path in reversed(named)]
    return tuple(path for path in found if path is not None)


def _scalars(node: Node | None) -> list[Scalar]:
    items = node.items if isinstance(node, Sequence) else [node]
    return [item for item in items if isinstance(item, Scalar) and not item.null]
