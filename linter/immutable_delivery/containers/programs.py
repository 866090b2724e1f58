"""What the commands of a container do: its start, its hooks and probes, with all that they run."""

from __future__ import annotations

from posixpath import basename

from immutable_delivery.containers.entrypoints import with_program
from immutable_delivery.containers.files import Body
from immutable_delivery.containers.package_json import package_scripts, root_of
from immutable_delivery.containers.scripts import Followed, follow, is_shell_file, reached
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec, Values
from immutable_delivery.containers.supervisors import hooked
from immutable_delivery.context import ParseContext
from immutable_delivery.effects import Interpreter, tables_of
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Node
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Supervisors


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
    folders: list[str] = field(default_factory=list)
    """The folders in the container of which its start runs whatever lies there."""


def effects(spec: ContainerSpec, ctx: ParseContext) -> Effects:
    """Return what the start command of a container does, and its hooks and probes."""
    found = Effects()
    if spec.starts:
        _start(spec, ctx, found)
    for command in spec.others:
        runner = _Runner(spec, ctx)
        scope = replace(spec.scope, phase=command.phase) if command.phase else spec.scope
        followed = runner.run(command, scope)
        found.facts += runner.finish()
        if command.phase != "probe":
            found.started += followed.started
    return found


def hook_effects(spec: ContainerSpec, ctx: ParseContext) -> list[Fact]:
    """Return what the scripts do that the image's own program runs at each start, where the container leaves it its place."""
    program = spec.entrypoint.argv if spec.entrypoint else ()
    if program is None or (program and basename(program[0]) not in known(Supervisors).keeps_hooks):
        return []
    found = [body for path, body in hooked(spec.files) if is_shell_file(body.text.text, path)]
    if not found:
        return []
    runner = _Runner(spec, ctx)
    for body in found:
        runner.read(body, spec)
    return runner.finish()


def _start(spec: ContainerSpec, ctx: ParseContext, into: Effects) -> None:
    runner = _Runner(spec, ctx)
    followed = runner.run(_whole(spec), spec.scope)
    into.facts += runner.finish()
    into.script = next(iter(followed.scripts), "")
    into.dev_server, into.dev_server_at = runner.interpreter.dev_server, runner.server_at
    into.started += followed.started
    into.folders += followed.folders


def _whole(spec: ContainerSpec) -> CommandSpec:
    """Return the one command that entrypoint and arguments make; arguments alone go to the image's own program."""
    words = [word for command in spec.starts for word in command.words]
    if spec.entrypoint is None and spec.image is not None:
        words = with_program(spec.image.value, words)
    return replace(spec.starts[-1], words=tuple(words))


class _Runner:
    """Reads commands of one container in one phase."""

    def __init__(self, spec: ContainerSpec, ctx: ParseContext) -> None:
        self._view = spec.files
        self._around = ctx
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

    def read(self, body: Body, spec: ContainerSpec) -> None:
        """Read a script that the container runs, and those that it runs in turn."""
        since = reached(self.interpreter)
        extent = body.extent or body.text.used_at
        self.interpreter.script(body.text, spec.scope, extent, (spec.extent,))
        follow(self.interpreter, self._view, spec.extent, since)

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
                self.server_at = script.used_at
            self.interpreter.script(script, scope, script.used_at, (command.extent,))

    def _package_json(self) -> Node | None:
        body = self._view.body("package.json")
        return root_of(Text(body.path, body.text.text)) if body and body.path else None

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
    return {
        variable.name.text: variable.value for variable in spec.variables if variable.kind == "env"
    }
