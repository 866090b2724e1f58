"""What the commands of a job do: its steps in order, with the scripts of the repository that they run.

This is the one way from a script of a pipeline to facts: a text, the variables that it sees, the scope that its facts have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from posixpath import relpath

from immutable_delivery.containers.files import NOWHERE, ContainerFiles, FileView
from immutable_delivery.containers.launched import launched
from immutable_delivery.containers.scripts import Ran, follow, found, reached
from immutable_delivery.containers.spec import Values
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.artifacts import MadeImage
from immutable_delivery.effects.extensions import tables_of
from immutable_delivery.effects.images import NamedImage
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fact, Image, Scope
from immutable_delivery.jobs.equivalents import equivalent
from immutable_delivery.jobs.spec import JobSpec, StepSpec
from immutable_delivery.jobs.tasks import Line, lines
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.machines import is_engine, is_own_machine, machine_pin
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

MAX_DEPTH = 10
"""Recipes that call make that run recipes: so deep they are followed."""
MAX_RECIPES = 500
"""So many lines of recipes one job may run."""


class Done(Record, frozen=True):
    """What the commands of a job do, and the images that they make."""

    facts: list[Fact]
    made: list[MadeImage]
    started: list[NamedImage] = field(default_factory=list)
    """The images that they name; from some of them they start containers."""


class Scripts:
    """The commands of one job, read in order: what a step downloads, another runs."""

    def __init__(self, ctx: ParseContext, variables: Values, *, checked_out: bool = True) -> None:
        self._ctx = ctx
        self._checked_out = checked_out
        files = ctx.files if checked_out else None
        self._interpreter = Interpreter(variables, files, tables=tables_of(ctx.settings))
        self._recipes: set[tuple[Place, str]] = set()
        self._ran: Ran = set()
        self._depth = 0
        self.run = self._interpreter.run
        """What the commands make for themselves."""

    def script(
        self,
        text: LocatedText,
        scope: Scope,
        extent: Place | None,
        *,
        shell: str = "sh",
        folder: str | None = "",
        place: Place | None = None,
        path: LocatedText | None = None,
    ) -> None:
        """Read a script, and the scripts that it runs; parts without a value stay as they are written.

        Without ``extent`` every command is a statement of its own. ``place`` leads to the script where that stands elsewhere, ``path`` is what it is called by.
        """
        self._interpreter.shell = shell
        related = (place,) if place is not None else ()
        hidden = tuple(name for name in text.unresolved if name in text.text)
        with self._following(place or extent or text.used_at, folder):
            text = replace(text, unresolved=())
            self._interpreter.script(text, scope, extent, related, hidden=hidden, path=path)

    def argv(
        self,
        words: tuple[LocatedText, ...],
        scope: Scope,
        extent: Place,
        *,
        folder: str | None = "",
    ) -> None:
        """Read the words of one program, and the scripts that it runs."""
        with self._following(extent, folder):
            self._interpreter.argv(words, scope, extent)

    @contextmanager
    def seeing(self, variables: Values) -> Iterator[None]:
        """Let commands see further variables within."""
        before = dict(self._interpreter.variables)
        for name, value in variables.items():
            self._interpreter.assign(name, value)
        yield
        for name in variables:
            if name in before:
                self._interpreter.assign(name, before[name])
            else:
                self._interpreter.forget(name)

    @property
    def made(self) -> list[MadeImage]:
        """The images that the commands build and push."""
        return self._interpreter.made

    @property
    def started(self) -> list[NamedImage]:
        """The images that the commands name."""
        return self._interpreter.images

    def finish(self, *, passing: bool = False) -> list[Fact]:
        """Return what the commands do; ``passing``: on a machine that goes with the run."""
        for path, text in self._interpreter.texts.items():
            self._ctx.texts.setdefault(path, text)
        self._ctx.inside += (
            held
            for held in self._interpreter.deployed(passing=passing)
            if held.text.used_at.file == held.scope.manifest  # another file tells of its own
        )
        started = launched(self._interpreter.images, self._ctx, passing=passing)
        return [*self._interpreter.finish(), *self._built_here(started)]

    def _built_here(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """Yield facts of images; what the same commands build is what they run."""
        built = {one.written.text for one in self.made if one.builds and one.written}
        for fact in facts:
            own = isinstance(fact, Image) and fact.text in built
            yield replace(fact, built_here=True) if own else fact

    @contextmanager
    def _following(self, place: Place, folder: str | None) -> Iterator[None]:
        since, tasks = reached(self._interpreter), len(self._interpreter.tasks)
        made = len(self.made)
        self._interpreter.folder = folder or ""
        self._interpreter.outside = Sourced(self._view(folder), _root(folder))
        yield
        follow(self._interpreter, self._view(folder), place, since, self._ran)
        if self._checked_out:
            self._run_tasks(tasks, place, folder)
        if folder is None or not self._checked_out:
            self.made[made:] = [replace(one, recipe=None) for one in self.made[made:]]

    def _run_tasks(self, since: int, place: Place, folder: str | None) -> None:
        """Read the recipes that calls of make and its kin run; each once in a job."""
        if self._depth >= MAX_DEPTH:
            return
        self._depth += 1
        for call in self._interpreter.tasks[since:]:
            for line in lines(call, folder, self._interpreter.variables, self._ctx):
                key = line.text.used_at, line.text.text
                if key not in self._recipes and len(self._recipes) < MAX_RECIPES:
                    self._recipes.add(key)
                    self._line(line, call.scope, place)
        self._depth -= 1

    def _line(self, line: Line, scope: Scope, place: Place) -> None:
        with self.seeing(line.values):
            self.script(line.text, scope, None, shell=line.shell, folder=line.folder, place=place)

    def _view(self, folder: str | None) -> FileView:
        known = self._checked_out and folder is not None
        return ContainerFiles(self._ctx, folder) if known else NOWHERE


class Sourced(Record, frozen=True):
    """The scripts of the repository that commands read in."""

    view: FileView
    root: str | None

    def text(self, path: str, folder: str | None) -> LocatedText | None:
        """Return the text of a script that is read in a folder; None where nobody knows it."""
        body = found(path, folder or "", self.view)
        return None if body is None or body.unread else body.text


def _root(folder: str | None) -> str | None:
    """Return the way from a folder of the repository to its root."""
    return None if folder is None else relpath(".", folder or ".")


def commands(spec: JobSpec, ctx: ParseContext) -> Done:
    """Return what the steps of a job do."""
    scripts = Scripts(ctx, spec.variables, checked_out=spec.checked_out)
    for step in spec.steps:
        with scripts.seeing(step.variables):
            _read(step, scripts, spec.scope)
    own = any(is_own_machine(runner.written.text) for runner in spec.runners)
    passing = not own and any(machine_pin(runner.written.text) for runner in spec.runners)
    if passing or any(is_engine(service.written.text) for service in spec.services):
        scripts.run.makes.add("machine")
    return Done(scripts.finish(passing=not own), scripts.made, scripts.started)


def _read(step: StepSpec, scripts: Scripts, scope: Scope) -> None:
    if step.scripts:
        text = joined(step.scripts)
        scripts.script(text, scope, step.extent, shell=step.shell, folder=step.folder)
    for words in (step.argv, equivalent(step)):
        if words:
            scripts.argv(words, scope, step.extent, folder=step.folder)


def joined(lines: tuple[LocatedText, ...]) -> LocatedText:
    """Return the lines of one script."""
    if len(lines) == 1:
        return lines[0]
    parts: list[LocatedText] = []
    for line in lines:
        at = line.used_at.at(line.used_at.span.end, line.used_at.span.end)
        parts += (line, LocatedText.unaligned("\n", at))
    first = lines[0].used_at
    return LocatedText.joined(parts, first)
