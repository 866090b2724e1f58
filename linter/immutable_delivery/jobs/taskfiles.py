"""Taskfiles as Task puts them together: a file with those that it includes, what they see and where they run.

The reference is https://taskfile.dev/docs/reference/schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from posixpath import relpath

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.jobs.taskrecipes import Part, Project, folder_for, follow, take
from immutable_delivery.jobs.taskvalues import Variables, extended, put_in
from immutable_delivery.records import replace
from immutable_delivery.source.files import folder_of, lies_here, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.dotenv import variables
from immutable_delivery.syntax.yaml import Document, Scalar, documents
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml.query import is_true, pairs, scalar, scalars

NAMES = (
    *("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml"),
    *("Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml"),
)
MAX_FILES = 50


def find_file(folder: str, named: str, ctx: ParseContext) -> str | None:
    """Return the path of the Taskfile that a call or an include reads: a file, or the one of a folder."""
    path = resolve(folder, named)
    if path is None:
        return None
    file = path.endswith((".yml", ".yaml"))
    paths = (path,) if file else (resolve(path, name) or "" for name in NAMES)
    return next((one for one in paths if lies_here(ctx.files, one)), None)


def loaded(path: str, ctx: ParseContext) -> Project:
    """Return a Taskfile that calls read; what many calls read is put together once."""
    return ctx.once((path, "Taskfile"), lambda: load(path, ctx))


def load(
    path: str,
    ctx: ParseContext,
    given: Variables | None = None,
    known: Mapping[str, Sequence[Document]] | None = None,
) -> Project:
    """Return a Taskfile with all that it includes; ``given`` are the variables of a call, ``known`` the files that are parsed."""
    project = Project()
    waiting = [Part(path, folder=folder_of(path), values=given or {})]
    while waiting and len(project.paths) < MAX_FILES:
        part = waiting.pop(0)
        root = _root(part.path, ctx, known or {})
        if root is None:
            continue
        project.paths.append(part.path)
        told = _dotenv(root, part, ctx)
        part = replace(part, values=extended({**told, **_places(part, path)}, root, "vars"))
        take(project, root, part, told)
        waiting += (one for one in _includes(root, part, ctx) if one.path not in one.above)
    follow(project)
    return project


def _root(path: str, ctx: ParseContext, known: Mapping[str, Sequence[Document]]) -> Tree | None:
    held = known.get(path)
    if held is None:
        file = ctx.text(path)
        if file is None:
            return None
        held = _parsed(file)
    return next((one.root for one in held if isinstance(one.root, Tree)), None)


@lru_cache(maxsize=32)
def _parsed(file: Text) -> list[Document]:
    return documents(file)


def _places(part: Part, path: str) -> Variables:
    """Return the variables of a file with the folders that Task itself tells."""
    if part.folder is None:
        return part.values
    at = Place(part.path, Span(0, 0))
    here = part.folder or "."
    own = {"ROOT_DIR": folder_of(path) or ".", "TASKFILE_DIR": folder_of(part.path) or "."}
    found = {name: LocatedText.literal(relpath(one, here), at) for name, one in own.items()}
    return {**part.values, **found}


def _includes(root: Tree, part: Part, ctx: ParseContext) -> Iterator[Part]:
    for key, node in pairs(root, "includes"):
        said = node if isinstance(node, Scalar) else scalar(node, "taskfile")
        named = put_in(said.written, part.values) if said is not None else None
        if named is None or not named.known:
            continue
        path = find_file(folder_of(part.path), named.text, ctx)
        if path is not None:
            flat = is_true(node, "flatten")
            yield Part(
                path,
                (*part.above, part.path),
                part.prefix if flat else f"{part.prefix}{key.text}:",
                folder_for(part.folder, node, part.values),
                extended(part.values, node, "vars"),
            )


def _dotenv(root: Tree, part: Part, ctx: ParseContext) -> Variables:
    """Return what environment files tell; of two values the first counts."""
    found: dict[str, LocatedText] = {}
    for said in scalars(root, "dotenv"):
        named = put_in(said.written, part.values)
        path = resolve(part.folder, named.text) if named.known and part.folder is not None else None
        file = ctx.text(path) if path and lies_here(ctx.files, path) else None
        if file is not None:
            with suppress(UnreadableError):
                found = {**variables(file), **found}
    return found
