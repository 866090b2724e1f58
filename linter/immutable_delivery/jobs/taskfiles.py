"""Taskfiles as Task puts them together: a file with what it includes, and what each of its tasks runs.

The reference is https://taskfile.dev/docs/reference/schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from posixpath import relpath

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.jobs.taskvalues import Variables, extended, put_in
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.files import folder_of, lies_here, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.dotenv import variables
from immutable_delivery.syntax.yaml import Document, Node, Scalar, documents
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Sequence as Listed
from immutable_delivery.syntax.yaml.query import find, is_true, items, pairs, scalar, scalars, text

NAMES = (
    *("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml"),
    *("Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml"),
)
MAX_FILES = 50
MAX_CALLS = 200
"""So many calls of tasks with values of their own are followed."""
MAX_ITEMS = 100
"""So many values of a loop are looked at."""


class Project(Record):
    """What Task knows when it has read a file and those that it includes."""

    recipes: list[Recipe] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    """The files, the first one first."""
    by_name: dict[str, list[Recipe]] = field(default_factory=dict)
    """The recipes by the names under which somebody may call them."""
    tasks: dict[str, _Task] = field(default_factory=dict)
    """What the recipes are made of, by the same names."""
    calls: list[_Call] = field(default_factory=list)
    """The calls of tasks with values of their own, until they are recipes."""


class _Part(Record, frozen=True):
    """A file at the place where it is included."""

    path: str
    above: tuple[str, ...] = ()
    prefix: str = ""
    folder: str | None = ""
    """Where its tasks run; None where nobody knows."""
    values: Variables = field(default_factory=dict)

    def name(self, written: str) -> str:
        """Return the whole name of a task: one behind a colon is named from the root on."""
        return written[1:] if written.startswith(":") else f"{self.prefix}{written}"


class _Task(Record, frozen=True):
    """A task as it is written, in the file at the place where that is included."""

    name: str
    node: Node
    part: _Part
    env: Variables


class _Call(Record, frozen=True):
    """A call of a task: `{task: push, vars: {TAG: v1}}`."""

    target: str
    values: Variables

    @property
    def name(self) -> str:
        """What the task is called with these values."""
        said = (f" {key}={value.text if value else '?'}" for key, value in self.values.items())
        return self.target + "".join(said)


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
    waiting = [_Part(path, folder=folder_of(path), values=given or {})]
    while waiting and len(project.paths) < MAX_FILES:
        part = waiting.pop(0)
        root = _root(part.path, ctx, known or {})
        if root is None:
            continue
        project.paths.append(part.path)
        told = _dotenv(root, part, ctx)
        part = replace(part, values=extended({**told, **_places(part, path)}, root, "vars"))
        _take(project, root, part, told)
        waiting += (one for one in _includes(root, part, ctx) if one.path not in one.above)
    _follow(project)
    return project


def _follow(project: Project) -> None:
    """Make recipes of the tasks that are called with values of their own."""
    for call in project.calls:  # it grows while tasks call others
        task = project.tasks.get(call.target)
        if task is not None and call.name not in project.by_name:
            recipe = _recipe(task, project, call)
            project.recipes.append(recipe)
            project.by_name[call.name] = [recipe]


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


def _places(part: _Part, path: str) -> Variables:
    """Return the variables of a file with the folders that Task itself tells."""
    if part.folder is None:
        return part.values
    at = Place(part.path, Span(0, 0))
    here = part.folder or "."
    own = {"ROOT_DIR": folder_of(path) or ".", "TASKFILE_DIR": folder_of(part.path) or "."}
    found = {name: LocatedText.literal(relpath(one, here), at) for name, one in own.items()}
    return {**part.values, **found}


def _includes(root: Tree, part: _Part, ctx: ParseContext) -> Iterator[_Part]:
    for key, node in pairs(root, "includes"):
        said = node if isinstance(node, Scalar) else scalar(node, "taskfile")
        named = put_in(said.written, part.values) if said is not None else None
        if named is None or not named.known:
            continue
        path = find_file(folder_of(part.path), named.text, ctx)
        if path is not None:
            flat = is_true(node, "flatten")
            yield _Part(
                path,
                (*part.above, part.path),
                part.prefix if flat else f"{part.prefix}{key.text}:",
                _folder(part.folder, node, part.values),
                extended(part.values, node, "vars"),
            )


def _folder(folder: str | None, node: Node | None, values: Variables) -> str | None:
    """Return the folder that something runs in: its own, or the one around it."""
    said = scalar(node, "dir")
    if said is None or folder is None:
        return folder
    written = put_in(said.written, values)
    return resolve(folder, written.text) if written.known else None


def _dotenv(root: Tree, part: _Part, ctx: ParseContext) -> Variables:
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


def _take(project: Project, root: Tree, part: _Part, told: Variables) -> None:
    env = extended(part.values, root, "env")
    env = {**told, **{key.text: env[key.text] for key, _ in pairs(root, "env")}}
    for key, node in pairs(root, "tasks"):
        task = _Task(part.name(key.text), node, part, env)
        recipe = _recipe(task, project)
        project.recipes.append(recipe)
        aliases = (part.name(alias.text) for alias in scalars(node, "aliases"))
        for name in (task.name, task.name.removesuffix(":default"), *aliases):
            project.by_name.setdefault(name, [recipe])
            project.tasks.setdefault(name, task)


def _recipe(task: _Task, project: Project, call: _Call | None = None) -> Recipe:
    node, part = task.node, task.part
    values = extended({**part.values, **(call.values if call else {})}, node, "vars")
    own = extended(values, node, "env")
    return Recipe(
        call.name if call else task.name,
        tuple(script for one in _commands(node) for script in _scripts(one, values)),
        scope_of(part.path, task.name),
        _folder(part.folder, node, values),
        "bash",
        tuple(_needs(task, values, project)),
        {**task.env, **{name.text: own[name.text] for name, _ in pairs(node, "env")}},
    )


def _commands(node: Node | None) -> list[Node]:
    """Return the commands of a task, in each of the forms in which Task takes them."""
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Listed):
        return node.items
    return [*_commands(find(node, "cmds")), *_commands(find(node, "cmd"))] if node else []


def _needs(task: _Task, values: Variables, project: Project) -> Iterator[str]:
    """Yield the tasks that one runs: those before it, and those between its commands."""
    commands = (find(one, "defer") or one for one in _commands(task.node))
    called = (one for one in commands if not isinstance(one, Scalar))
    for one in (*items(task.node, "deps"), *called):
        named = one.text if isinstance(one, Scalar) else text(one, "task")
        given = extended(values, one, "vars")
        own = {key.text: given[key.text] for key, _ in pairs(one, "vars")}
        call = _Call(task.part.name(named), own)
        if own and len(project.calls) < MAX_CALLS:
            project.calls.append(call)
            yield call.name
        elif named:
            yield call.target


def _scripts(command: Node, values: Variables) -> Iterator[LocatedText]:
    """Yield what a command gives the shell, once for each value of a loop that lists them."""
    said = command if isinstance(command, Scalar) else None
    said = said or scalar(command, "cmd") or scalar(command, "defer")
    if said is None or said.null:
        return
    each = [put_in(one.written, values) for one in scalars(command, "for")[:MAX_ITEMS]]
    seen_by: list[Variables] = [{**values, "ITEM": item} for item in each]
    for seen in seen_by or [values]:
        yield put_in(said.written, seen)
