"""Who reads the commands of one container, with the scripts that they name and those that these run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.containers.files import Body
from immutable_delivery.containers.package_json import package_scripts, root_of
from immutable_delivery.containers.scripts import Followed, follow, is_shell_file, reached
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec, Values
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.extensions import tables_of
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.source.text import Place, Text

if TYPE_CHECKING:
    from immutable_delivery.syntax.yaml import Node


class Runner:
    """Reads commands of one container in one phase."""

    def __init__(self, spec: ContainerSpec, ctx: ParseContext) -> None:
        self._view = spec.files
        self._around = ctx
        self._values = _values_of(spec)
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

    def read(self, path: str, body: Body, spec: ContainerSpec) -> None:
        """Read what the container runs by a path, where that is for a shell, and what it runs in turn."""
        if not is_shell_file(body.text.text, path):
            return
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


def _values_of(spec: ContainerSpec) -> Values:
    """Return the variables that the commands of a container see."""
    if spec.values is not None:
        return spec.values
    return {
        variable.name.text: variable.value for variable in spec.variables if variable.kind == "env"
    }
