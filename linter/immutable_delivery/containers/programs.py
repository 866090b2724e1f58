"""What the commands of a container do, and the scripts of the repository that they run: followed here and nowhere else."""

from __future__ import annotations

import re

from immutable_delivery.containers.entrypoints import with_program
from immutable_delivery.containers.files import FileView
from immutable_delivery.containers.package_json import package_scripts
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec, Values
from immutable_delivery.context import Surroundings
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats.commands import Interpreter, Program, tables_of
from immutable_delivery.formats.shell import is_shell
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.text import Place, Text

MAX_SCRIPTS = 50
"""So many scripts one command may run, those that scripts run included; each further one is named, not followed."""

_SHEBANG = lazy(r"#![ \t]*(?:\S*/)?([\w.+-]+)(?:[ \t]+(?:-\S+[ \t]+)*(?:\S*/)?([\w.+-]+))?")
_SHELL_FILE = lazy(r"(?:\A|/)[^./]+\Z|\.(?:sh|bash|ash|ksh|zsh)\Z")
_FUNCTION = lazy(r"^[\w:.-]+[ \t]*\(\)[ \t]*\{", re.MULTILINE)
_DISPATCH = lazy(r'^(?:time[ \t]+)?"\$\{?[@*1][^"\n]*"(?:[ \t]+"\$@")?[ \t]*$', re.MULTILINE)


class Effects(Record):
    """What running a container does."""

    facts: list[Fact] = field(default_factory=list)
    script: str = ""
    """The first script of the repository that the start command runs."""
    dev_server: str = ""
    dev_server_at: Place | None = None
    """The script of package.json that starts the development server; None where the command itself does."""
    started: list[str] = field(default_factory=list)
    """The paths in the container of the texts that its start or a hook runs, whatever their language."""


class Followed(Record):
    """The scripts that following a command has led to."""

    scripts: list[str] = field(default_factory=list)
    """Paths in the repository of those that were read."""
    started: list[str] = field(default_factory=list)
    """Paths in the container of all of them, whatever their language."""


def effects(spec: ContainerSpec, around: Surroundings) -> Effects:
    """Return what the start command of a container does, and its hooks and probes."""
    found = Effects()
    if spec.starts:
        _start(spec, around, found)
    for command in spec.others:
        runner = _Runner(spec, around)
        scope = replace(spec.scope, phase=command.phase) if command.phase else spec.scope
        followed = runner.run(command, scope)
        found.facts += runner.finish()
        if command.phase != "probe":
            found.started += followed.started
    return found


def _start(spec: ContainerSpec, around: Surroundings, into: Effects) -> None:
    runner = _Runner(spec, around)
    followed = runner.run(_whole(spec), spec.scope)
    into.facts += runner.finish()
    into.script = next(iter(followed.scripts), "")
    into.dev_server, into.dev_server_at = runner.interpreter.dev_server, runner.server_at
    into.started += followed.started


def _whole(spec: ContainerSpec) -> CommandSpec:
    """Return the one command that entrypoint and arguments make; arguments alone go to the image's own program."""
    words = [word for command in spec.starts for word in command.words]
    if spec.entrypoint is None and spec.image is not None:
        words = with_program(spec.image.value, words)
    return replace(spec.starts[-1], words=tuple(words))


class _Runner:
    """Reads commands of one container in one phase."""

    def __init__(self, spec: ContainerSpec, around: Surroundings) -> None:
        self._view = spec.files
        self._around = around
        self._values = values_of(spec)
        self.interpreter = self._interpreter("sh")
        self.server_at: Place | None = None

    def run(self, command: CommandSpec, scope: Scope) -> Followed:
        """Read a command, the scripts of package.json that it names, and the scripts that those run."""
        if command.form == "shell":
            self.interpreter.shell = command.shell
            self.interpreter.script(command.words[-1], scope, command.extent)
        elif command.words:
            self.interpreter.argv(command.words, scope, command.extent)
        self._run_package_scripts(command, scope)
        return follow(self.interpreter, self._view, command.extent)

    def finish(self) -> list[Fact]:
        """Return what the commands do."""
        for path, text in self.interpreter.texts.items():
            self._around.texts.setdefault(path, text)
        return self.interpreter.finish()

    def _run_package_scripts(self, command: CommandSpec, scope: Scope) -> None:
        """Read what package.json says: which development server starts is told there."""
        scripts = list(package_scripts(command.words, self._package_json))
        if scripts:
            self.interpreter.dev_server = ""
        for script in scripts:
            if not self.interpreter.dev_server:
                self.server_at = script.whole
            self.interpreter.script(script, scope, script.whole, (command.extent,))

    def _package_json(self) -> Text | None:
        body = self._view.body("package.json")
        return Text(body.path, body.text.text) if body and body.path else None

    def _interpreter(self, shell: str) -> Interpreter:
        view = self._view
        return Interpreter(
            self._values,
            files=view.files,
            folder=view.folder or "",
            shell=shell,
            locate=view.locate,
            tables=tables_of(self._around.settings),
        )


def values_of(spec: ContainerSpec) -> Values:
    """Return the variables that the commands of a container see."""
    if spec.values is not None:
        return spec.values
    return {one.name.text: one.value for one in spec.variables if one.kind == "env"}


def follow(
    interpreter: Interpreter, view: FileView, place: Place, since: tuple[int, int] = (0, 0)
) -> Followed:
    """Read the scripts that were run or sourced since, and those that they run; ``place`` leads to them."""
    followed = Followed()
    seen: set[Place] = set()
    read = 0
    waiting = _run_since(interpreter, since)
    while waiting:
        program = waiting.pop(0)
        body = view.body(program.path.text) if program.path.known else None
        if body is None:
            continue
        followed.started.append(program.path.text)
        if body.text.whole in seen or not is_followed(program, body.text.text):
            continue
        seen.add(body.text.whole)
        if read == MAX_SCRIPTS:
            interpreter.leave(program, f"'{program.path.text}' is one script too many to be read")
            continue
        read += 1
        followed.scripts += [body.path] if body.path else []
        since = reached(interpreter)
        interpreter.script(body.text, program.scope, body.text.whole, (place,))
        waiting += _run_since(interpreter, since)
    return followed


def reached(interpreter: Interpreter) -> tuple[int, int]:
    """Return how many programs an interpreter knows of, run and sourced."""
    return len(interpreter.programs), len(interpreter.sourced)


def _run_since(interpreter: Interpreter, since: tuple[int, int]) -> list[Program]:
    return [*interpreter.programs[since[0] :], *interpreter.sourced[since[1] :]]


def is_followed(program: Program, text: str) -> bool:
    """Whether a program is a script for a shell, and tells by itself what it runs."""
    return is_shell_script(program, text) and not is_task_runner(text)


def is_shell_script(program: Program, text: str) -> bool:
    """Whether a shell reads a program: one that is given it, else the one of its first line, else by its name."""
    if program.sourced or program.interpreter:
        return program.sourced or is_shell(program.interpreter)
    return is_shell_file(text, program.path.text)


def is_shell_file(text: str, name: str) -> bool:
    """Whether a file that is run by its path is for a shell: by its first line, else by its name."""
    shebang = _SHEBANG.match(text)
    if shebang is None:
        return not text.startswith("#!") and _SHELL_FILE.search(name) is not None
    program = shebang[2] if shebang[1] == "env" and shebang[2] else shebang[1]
    return is_shell(program)


def is_task_runner(text: str) -> bool:
    """Whether a script runs those of its functions that its arguments name: which ones, it does not tell."""
    return bool(_DISPATCH.search(text)) and len(_FUNCTION.findall(text)) > 1
