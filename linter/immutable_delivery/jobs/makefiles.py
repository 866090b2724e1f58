"""Makefiles as make puts them together: a file with what it includes, and what making a target runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from posixpath import join, normpath

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.jobs.needs import in_order
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import folder_of, lies_here, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax import make
from immutable_delivery.syntax.globs import Glob, is_glob
from immutable_delivery.syntax.make import Makefile, Rule, Variables

NAMES = ("GNUmakefile", "makefile", "Makefile")
MAX_FILES = 50


class Project(Record):
    """What make knows when it has read a file and those that it includes."""

    folder: str
    files: list[Makefile] = field(default_factory=list)
    variables: Variables = field(default_factory=dict)
    by_target: dict[str, list[Rule]] = field(default_factory=dict)
    first: str = ""
    """What is made where no target is named."""

    def closure(self, targets: Sequence[str]) -> Iterator[Rule]:
        """Yield the rules that making targets runs, what they need first; each once."""
        return in_order(targets or (self.first,), self.by_target)

    def script(self, line: LocatedText, given: Variables) -> LocatedText:
        """Return a line of a recipe as the shell gets it."""
        return make.expanded(line, {**self.variables, **given})


def find(folder: str, named: str | None, ctx: ParseContext) -> str | None:
    """Return the path of the Makefile that a call reads."""
    paths = (resolve(folder, name) for name in ((named,) if named else NAMES))
    return next((path for path in paths if path and lies_here(ctx.files, path)), None)


def loaded(path: str, ctx: ParseContext, folder: str) -> Project:
    """Return a Makefile that is read in a folder; what many calls read is put together once."""
    return ctx.once((path, folder), lambda: load(path, ctx, folder))


def load(
    path: str,
    ctx: ParseContext,
    folder: str | None = None,
    known: Mapping[str, Makefile] | None = None,
) -> Project:
    """Return a Makefile with all that it includes, as far as it lies in the repository; ``known`` are those that are parsed."""
    project = Project(folder_of(path) if folder is None else folder)
    waiting, seen = [path], {path}
    while waiting:
        current = waiting.pop(0)
        file = (known or {}).get(current) or _read(current, ctx)
        if file is None:
            continue
        project.files.append(file)
        _take(project, file)
        for include in file.includes:
            new = [one for one in _included(include, project, ctx) if one not in seen]
            new = new[: MAX_FILES - len(seen)]
            seen.update(new)
            waiting += new
    return project


def _take(project: Project, file: Makefile) -> None:
    for name, value in file.variables.items():
        known = name in project.variables
        project.variables[name] = None if known and project.variables[name] != value else value
    for target, rules in make.names(file.rules).items():
        project.by_target.setdefault(target, []).extend(rules)
        if not project.first and not target.startswith("."):
            project.first = target


def _included(written: LocatedText, project: Project, ctx: ParseContext) -> list[str]:
    found = make.expanded(written, project.variables)
    path = normpath(join(project.folder, found.text)) if found.known else ""
    if is_glob(path):
        glob = Glob(path)
        return [one for one in ctx.files.paths if glob.matches(one)][:MAX_FILES]
    return [path] if path and lies_here(ctx.files, path) else []


def _read(path: str, ctx: ParseContext) -> Makefile | None:
    try:
        text = Text.lenient(path, ctx.files.read(path))
    except UnreadableError:
        return None
    ctx.texts.setdefault(path, text)
    return _parsed(text)


@lru_cache(maxsize=32)
def _parsed(text: Text) -> Makefile:
    return make.parse(text)


def builtin(path: str) -> Variables:
    """Return what make itself knows."""
    place = Place(path, Span(0, 0))
    return {"MAKE": LocatedText.literal("make", place)}
