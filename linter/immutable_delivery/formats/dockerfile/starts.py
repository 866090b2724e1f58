"""CMD, ENTRYPOINT and HEALTHCHECK: how what is built starts, and what it does then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename

from immutable_delivery.containers import lower
from immutable_delivery.containers.programs import Effects, effects, hook_effects
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec, Setting
from immutable_delivery.facts import Form, Origin, Scope
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.files import StageFiles
from immutable_delivery.formats.dockerfile.interpreters import known_values, on_lines
from immutable_delivery.formats.dockerfile.shells import shell_of
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Entrypoints

_ORIGINS: dict[str, Origin] = {
    "CMD": "CMD",
    "ENTRYPOINT": "ENTRYPOINT",
    "HEALTHCHECK": "HEALTHCHECK",
}


def start(state: State, instruction: Instruction) -> None:
    """Note a CMD or ENTRYPOINT; its facts wait until the whole file is read."""
    if state.triggered is not None:
        _emit(state, instruction, (instruction,), replace(state.scope, phase="start"))
        return
    state.own.append(instruction)
    if instruction.name == "ENTRYPOINT" and not any(own.name == "CMD" for own in state.own):
        state.start.pop("CMD", None)
    if instruction.words:
        state.start[instruction.name] = instruction
    else:
        state.start.pop(instruction.name, None)


def healthcheck(state: State, instruction: Instruction) -> None:
    """Interpret the command of a HEALTHCHECK."""
    if instruction.words[0].text.upper() == "CMD":
        command = replace(instruction, words=instruction.words[1:])
        _emit(state, command, (command,), replace(state.scope, phase="probe"))


def starts(state: State, target: State | None) -> None:
    """Emit the facts of every CMD and ENTRYPOINT of a stage; ``target`` is the stage that is delivered."""
    if state is target:
        _hooks(state)
    delivered = state.stage.index in state.site.plan.delivered
    scope = replace(state.scope, phase="start", shipped=delivered)
    heir = target if delivered and target else state
    for one in state.own:
        if one.words:
            held = _holds(heir, one)
            read = _read_with(heir, one) if held else ()
            _emit(heir, one, read, scope, overridden=not held)


def _hooks(state: State) -> None:
    """Emit what the scripts do that the base's own program runs at each start."""
    named = state.start.get("ENTRYPOINT")
    place = state.base.used_at
    spec = ContainerSpec(
        used_at=place,
        extent=place,
        scope=replace(state.scope, phase="start"),
        entrypoint=_command(state, named) if named else None,
        values=known_values(state.variables, state.environment),
        files=StageFiles(state),
    )
    state.emit(*on_lines(state, hook_effects(spec, state.site.ctx)))


def _holds(state: State, instruction: Instruction) -> bool:
    """Whether an instruction has an effect at the end: CMD has none under the shell form of ENTRYPOINT."""
    entrypoint = state.start.get("ENTRYPOINT")
    if instruction.name == "CMD" and entrypoint and not entrypoint.json:
        return False
    return state.start.get(instruction.name) is instruction


def _read_with(state: State, instruction: Instruction) -> tuple[Instruction, ...]:
    """Return what to read with an instruction: ENTRYPOINT and CMD together where only both make a command."""
    entrypoint, command = state.start.get("ENTRYPOINT"), state.start.get("CMD")
    if entrypoint is None or command is None or not entrypoint.json or not command.json:
        return (instruction,)
    if not known(Entrypoints).takes_command.match(basename(entrypoint.words[0].text)):
        return (instruction,)
    return (entrypoint, command) if instruction is command else ()


def _emit(
    state: State,
    instruction: Instruction,
    read: Sequence[Instruction],
    scope: Scope,
    *,
    overridden: bool = False,
) -> None:
    """Emit how something starts, and what that does: what is ``read`` of it, ENTRYPOINT before CMD."""
    spec = ContainerSpec(
        used_at=instruction.place,
        extent=instruction.place,
        scope=scope,
        entrypoint=_command(state, read[0]) if len(read) > 1 else None,
        arguments=_command(state, instruction),
        image=_inherited(state) if instruction.name == "CMD" else None,
        values=known_values(state.variables, state.environment),
        files=StageFiles(state),
    )
    run = effects(spec, state.site.ctx) if read else Effects()
    *_, start = lower.starts(spec, run)
    told = replace(start, json_error=instruction.json_error, overridden=overridden)
    state.emit(*on_lines(state, run.facts), told)


def _inherited(state: State) -> Setting | None:
    """Return the image whose own program a CMD is given to; None where the stages name one."""
    return None if "ENTRYPOINT" in state.start else Setting(state.base.value, state.base.used_at)


def _command(state: State, instruction: Instruction) -> CommandSpec:
    form: Form = "exec" if instruction.json else "shell"
    return CommandSpec(
        _ORIGINS[instruction.name],
        instruction.words,
        _whole(instruction),
        instruction.place,
        form,
        shell=shell_of(state),
    )


def _whole(instruction: Instruction) -> Place:
    """Return where the command is written."""
    if instruction.name != "HEALTHCHECK" or instruction.rest is None:
        return instruction.rest.used_at if instruction.rest else instruction.place
    start = re.search(r"\s+", instruction.rest.text)
    return instruction.rest.slice(start.end() if start else 0).used_at
