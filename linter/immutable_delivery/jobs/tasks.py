"""What calls of `make`, `npm run`, `task` and `just` run: the recipes of the files that they read."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join, normpath

from immutable_delivery.containers.package_json import package_scripts
from immutable_delivery.containers.spec import Values
from immutable_delivery.context import ParseContext
from immutable_delivery.effects import Program
from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.tables import load as tables
from immutable_delivery.jobs import makefiles
from immutable_delivery.records import Record
from immutable_delivery.source.files import read_text, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.make import Variables
from immutable_delivery.syntax.shell import Word

_MAKES = frozenset(("make", "gmake", "bmake"))
_NODE = frozenset(("npm", "yarn", "pnpm", "bun"))


class Line(Record, frozen=True):
    """A script that a call runs."""

    text: LocatedText
    folder: str | None


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


def _made(call: Program, here: str, values: Values, ctx: ParseContext) -> Iterator[Line]:
    arguments = _arguments(call)
    said = arguments.given(("-C", "--directory"))
    folder = resolve(here, said.value.text) if said and said.value and said.value.known else here
    file = arguments.given(("-f", "--file", "--makefile"))
    named = file.value.text if file is not None and file.value is not None else None
    path = makefiles.find(folder, named, ctx) if folder is not None else None
    if path is None or (said is not None and not (said.value and said.value.known)):
        return
    project = makefiles.loaded(path, ctx, folder or "")
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
    said = _arguments(call).given(("--prefix", "-C", "--cwd", "--dir"))
    folder = resolve(here, said.value.text) if said and said.value else here
    path = resolve(folder, "package.json") if folder is not None else None
    words = [call.path, *call.arguments]
    for script in package_scripts(words, lambda: read_text(ctx.files, path), depth=1):
        yield Line(script, folder)


def _arguments(call: Program) -> Arguments:
    role = tables().role(call.path.text.rpartition("/")[2])
    return parse([Word.of(word) for word in call.arguments], role.options)
