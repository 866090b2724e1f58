"""What the commands of a container do: its start, its hooks and probes, with all that they run."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from immutable_delivery.containers.entrypoints import with_program
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec
from immutable_delivery.containers.supervisors import hooked
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Supervisors

if TYPE_CHECKING:
    from immutable_delivery.containers.running import Runner


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
    if not spec.starts and not spec.others:
        return found
    from immutable_delivery.containers.running import Runner  # noqa: PLC0415 (it loads the shell)

    if spec.starts:
        _start(spec, Runner(spec, ctx), found)
    for command in spec.others:
        runner = Runner(spec, ctx)
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
    found = list(hooked(spec.files))
    if not found:
        return []
    from immutable_delivery.containers.running import Runner  # noqa: PLC0415 (it loads the shell)

    runner = Runner(spec, ctx)
    for path, body in found:
        runner.read(path, body, spec)
    return runner.finish()


def _start(spec: ContainerSpec, runner: Runner, into: Effects) -> None:
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
