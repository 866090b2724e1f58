"""What the tasks of Taskfiles run, each a recipe: as it is, and with the values that another task calls it with.

The reference is https://taskfile.dev/docs/reference/schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.jobs.taskvalues import Variables, extended, put_in, stated
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, items, pairs, scalar, scalars, text

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


class Part(Record, frozen=True):
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
    part: Part
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


def follow(project: Project) -> None:
    """Make recipes of the tasks that are called with values of their own."""
    for call in project.calls:  # it grows while tasks call others
        task = project.tasks.get(call.target)
        if task is not None and call.name not in project.by_name:
            recipe = _recipe(task, project, call)
            project.recipes.append(recipe)
            project.by_name[call.name] = [recipe]


def take(project: Project, root: Mapping, part: Part, told: Variables) -> None:
    """Make recipes of the tasks of a file; ``told`` is what environment files tell."""
    env = {**told, **stated(part.values, root, "env")}
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
    return Recipe(
        call.name if call else task.name,
        tuple(script for one in _commands(node) for script in _scripts(one, values)),
        scope_of(part.path, task.name),
        folder_for(part.folder, node, values),
        "bash",
        tuple(_needs(task, values, project)),
        {**task.env, **stated(values, node, "env")},
    )


def _commands(node: Node | None) -> list[Node]:
    """Return the commands of a task, in each of the forms in which Task takes them."""
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return node.items
    return [*_commands(find(node, "cmds")), *_commands(find(node, "cmd"))] if node else []


def _needs(task: _Task, values: Variables, project: Project) -> Iterator[str]:
    """Yield the tasks that one runs: those before it, and those between its commands."""
    commands = (find(one, "defer") or one for one in _commands(task.node))
    called = (one for one in commands if not isinstance(one, Scalar))
    for one in (*items(task.node, "deps"), *called):
        named = one.text if isinstance(one, Scalar) else text(one, "task")
        own = stated(values, one, "vars")
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


def folder_for(folder: str | None, node: Node | None, values: Variables) -> str | None:
    """Return the folder that something runs in: its own, or the one around it."""
    said = scalar(node, "dir")
    if said is None or folder is None:
        return folder
    written = put_in(said.written, values)
    return resolve(folder, written.text) if written.known else None
