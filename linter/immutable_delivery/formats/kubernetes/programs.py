"""What a container runs: its start command, its hooks and probes, and what the shell in them does."""

from __future__ import annotations

import shlex
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence

from immutable_delivery.containers.entrypoints import with_program
from immutable_delivery.facts import Fact, Origin, Scope, Start
from immutable_delivery.formats.commands import Interpreter, Program, tables_of
from immutable_delivery.formats.commands.tables import Tables
from immutable_delivery.formats.kubernetes.variables import Values, expanded
from immutable_delivery.formats.kubernetes.workload import Workload, during
from immutable_delivery.formats.lookup import find, scalar, scalars, text
from immutable_delivery.formats.shell import is_shell
from immutable_delivery.formats.yamltree import Mapping, Scalar
from immutable_delivery.records import Record, field
from immutable_delivery.text import Place
from immutable_delivery.written import Written

Scripts = AnyMapping[str, Scalar]
"""What ConfigMaps bring into the container, by path."""

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_HOOKS = ("postStart", "preStop")
_SCRIPTS = ("script", "source")
"""Where Tekton and Argo Workflows keep a script that the manifest itself holds."""


class Run(Record):
    """What running a container does."""

    facts: list[Fact] = field(default_factory=list)
    dev_server: str = ""
    started: list[str] = field(default_factory=list)
    """The paths of those scripts from ConfigMaps that start or hooks run."""


def words(container: Mapping, known: Values) -> tuple[list[Written], list[Written]]:
    """Return command and args of a container with their variables filled in."""
    return _words(container, "command", known), _words(container, "args", known)


def start(container: Mapping, known: Values, scope: Scope, run: Run) -> Start | None:
    """Return how the container starts, where the manifest says it."""
    command, args = words(container, known)
    every = [*command, *args]
    if not every:
        return None
    origin: Origin = "command" if command else "args"
    listed = find(container, origin)
    place = listed.place if listed is not None else container.place
    return Start(
        used_at=place,
        extent=container.extent(origin),
        places={"argv": place, "text": place},
        scope=scope,
        origin=origin,
        form="exec",
        argv=tuple(word.text for word in every) if all(word.known for word in every) else None,
        text=shlex.join(word.text for word in every),
        dev_server=run.dev_server,
    )


def run(
    container: Mapping, known: Values, workload: Workload, scope: Scope, scripts: Scripts
) -> Run:
    """Return what starting, hooks and probes do, worked out once for all overlays that leave it alone."""
    bodies = tuple((path, id(body)) for path, body in scripts.items())
    key = id(container), scope, tuple(known.items()), bodies
    if key not in workload.memory:
        tables = tables_of(workload.settings)
        found = _run(container, known, scope, scripts, tables)
        workload.memory[key] = (container, tuple(scripts.values())), found
    remembered: Run = workload.memory[key][1]
    return remembered


def _run(container: Mapping, known: Values, scope: Scope, scripts: Scripts, tables: Tables) -> Run:
    found = Run()
    command, args = words(container, known)
    origin = "command" if command else "args"
    reader = _Reader(known, scripts, found, tables)
    every = [*command, *args] if command else with_program(text(container, "image"), args)
    found.dev_server = reader.argv(every, scope, container.extent(origin))
    for key in _SCRIPTS:
        body = scalar(container, key)
        if body is not None:  # without a first line that names one, the command is its interpreter
            shell = command[0].text if command else "sh"
            reader.script(body, scope, container.extent(key), shell)
    for key in _HOOKS:
        reader.exec(find(container, "lifecycle", key, "exec"), during(scope, "hook"))
    started = list(found.started)
    for key in _PROBES:
        reader.exec(find(container, key, "exec"), during(scope, "probe"))
    found.started = started
    return found


class _Reader:
    """Reads commands, and the scripts that they name."""

    def __init__(self, known: Values, scripts: Scripts, into: Run, tables: Tables) -> None:
        self._known = known
        self._scripts = scripts
        self._into = into
        self._tables = tables

    def exec(self, node: object, scope: Scope) -> None:
        """Read the command of a hook or probe."""
        if isinstance(node, Mapping):
            self.argv(_words(node, "command", self._known), scope, node.extent("command"))

    def argv(self, every: Sequence[Written], scope: Scope, extent: Place) -> str:
        """Read the words of a command; return the development server that it starts."""
        if not every:
            return ""
        interpreter = Interpreter(self._known, tables=self._tables)
        interpreter.argv(every, scope, extent)
        self._follow(interpreter, scope)
        return interpreter.dev_server

    def script(self, body: Scalar, scope: Scope, extent: Place, shell: str) -> None:
        """Read a script that stands in the manifest."""
        interpreter = Interpreter(self._known, shell=shell, tables=self._tables)
        interpreter.script(body.written, scope, extent)
        self._follow(interpreter, scope)

    def _follow(self, interpreter: Interpreter, scope: Scope) -> None:
        """Read the scripts from ConfigMaps that are run, and those that they run."""
        seen: set[str] = set()
        waiting = _programs(interpreter)
        while waiting:
            program = waiting.pop()
            path = program.path.text
            body = self._scripts.get(path)
            if body is None or path in seen:
                continue
            seen.add(path)
            self._into.started.append(path)
            if not program.interpreter or is_shell(program.interpreter):
                before = len(_programs(interpreter))
                interpreter.script(body.written, scope, body.place, (program.extent,))
                waiting += _programs(interpreter)[before:]
        self._into.facts += interpreter.finish()


def _programs(interpreter: Interpreter) -> list[Program]:
    return [*interpreter.programs, *interpreter.sourced]


def _words(node: Mapping, key: str, known: Values) -> list[Written]:
    return [expanded(one.written, known) for one in scalars(node, key)]
