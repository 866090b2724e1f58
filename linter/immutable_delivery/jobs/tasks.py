"""What calls of `make`, `npm run`, `task` and `just` run: the recipes of the files that they read."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from immutable_delivery.containers.package_json import package_scripts, root_of
from immutable_delivery.containers.spec import Values
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.programs import Program
from immutable_delivery.effects.tables import load as tables
from immutable_delivery.jobs import makefiles
from immutable_delivery.jobs.needs import in_order
from immutable_delivery.jobs.spec import Recipe
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import read_text, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.make import Variables
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.yaml import Node

_MAKES = frozenset(("make", "gmake", "bmake"))
_NODE = frozenset(("npm", "yarn", "pnpm", "bun"))
_TASK = frozenset(("task", "go-task"))


class Line(Record, frozen=True):
    """A script that a call runs."""

    text: LocatedText
    folder: str | None
    shell: str = "sh"
    values: Values = field(default_factory=dict)
    """What it sees beside the variables of the job."""


def lines(call: Program, folder: str | None, values: Values, ctx: ParseContext) -> Iterator[Line]:
    """Yield what a call runs, in order; ``folder`` is where the shell that calls started."""
    here = None if folder is None or call.folder is None else normpath(join(folder, call.folder))
    if here is None or here.startswith(("/", "..")):
        return
    here = "" if here == "." else here
    name = call.path.text.rpartition("/")[2]
    if name in _MAKES:
        yield from _made(call, here, values, ctx)
    elif name in _NODE:
        yield from _of_package(call, here, ctx)
    elif name in _TASK:
        yield from _of_taskfile(call, here, ctx)
    elif name == "just":
        yield from _of_justfile(call, here, ctx)


def _made(call: Program, here: str, values: Values, ctx: ParseContext) -> Iterator[Line]:
    arguments = _arguments(call)
    folder = _folder(arguments, here, ("-C", "--directory"))
    named = _value(arguments, ("-f", "--file", "--makefile"))
    path = makefiles.find(folder, named, ctx) if folder is not None else None
    if path is None or folder is None:
        return
    project = makefiles.loaded(path, ctx, folder)
    operands = [operand.word for operand in arguments.operands]
    given: Variables = {**makefiles.builtin(path), **_environment(values), **_assigned(operands)}
    targets = [word.text for word in operands if "=" not in word.text]
    for rule in project.closure(targets):
        yield from (Line(project.script(line, given), folder) for line in rule.lines)


def _environment(values: Values) -> Variables:
    return {name: value for name, value in values.items() if value is not None}


def _assigned(operands: list[Word]) -> Variables:
    """Return the variables of `make deploy TAG=1.2`."""
    found: Variables = {}
    for word in operands:
        name, equals, _ = word.text.partition("=")
        if equals:
            value = word.written.slice(len(name.rstrip(":?+")) + 1 + name.endswith((":", "?", "+")))
            found[name.rstrip(":?+")] = value if value.known else None
    return found


def _of_package(call: Program, here: str, ctx: ParseContext) -> Iterator[Line]:
    folder = _folder(_arguments(call), here, ("--prefix", "-C", "--cwd", "--dir"))
    path = resolve(folder, "package.json") if folder is not None else None
    words = [call.path, *call.arguments]
    for script in package_scripts(words, lambda: _package(path, ctx), depth=1):
        yield Line(script, folder)


def _package(path: str | None, ctx: ParseContext) -> Node | None:
    """Return the tree of a package.json; what many calls read is read once."""
    if path is None:
        return None
    return ctx.once((path, "package"), lambda: root_of(read_text(ctx.files, path)))


def _of_taskfile(call: Program, here: str, ctx: ParseContext) -> Iterator[Line]:
    from immutable_delivery.jobs import taskfiles  # noqa: PLC0415 (few calls run Task)

    arguments = _arguments(call)
    folder = _folder(arguments, here, ("-d", "--dir"))
    named = _value(arguments, ("-t", "--taskfile")) or ""
    path = taskfiles.find_file(folder, named, ctx) if folder is not None else None
    if path is None:
        return
    operands = [operand.word for operand in arguments.operands]
    given = _assigned(operands)
    project = taskfiles.load(path, ctx, given) if given else taskfiles.loaded(path, ctx)
    names = [word.text for word in operands if "=" not in word.text]
    for recipe in in_order(names or ("default",), project.by_name):
        yield from _lines_of(recipe)


def _of_justfile(call: Program, here: str, ctx: ParseContext) -> Iterator[Line]:
    from immutable_delivery.jobs import justfiles  # noqa: PLC0415 (few calls run just)

    arguments = _arguments(call)
    path = justfiles.find_file(here, _value(arguments, ("-f", "--justfile")), ctx)
    if path is None:
        return
    operands = [operand.word for operand in arguments.operands]
    words = [word.written for word in operands if "=" not in word.text]
    for recipe in justfiles.called_by(path, ctx, _assigned(operands), words):
        yield from _lines_of(recipe)


def _lines_of(recipe: Recipe) -> Iterator[Line]:
    for script in recipe.scripts:
        yield Line(script, recipe.folder, recipe.shell, recipe.values)


def _folder(arguments: Arguments, here: str, options: tuple[str, ...]) -> str | None:
    """Return the folder that an option chooses, else the one where the call stands; None for one that nobody knows."""
    said = arguments.given(options)
    if said is None:
        return here
    return resolve(here, said.value.text) if said.value and said.value.known else None


def _value(arguments: Arguments, options: tuple[str, ...]) -> str | None:
    said = arguments.value(options)
    return said.text if said is not None else None


def _arguments(call: Program) -> Arguments:
    role = tables().role(call.path.text.rpartition("/")[2])
    return parse([Word.of(word) for word in call.arguments], role.options)
