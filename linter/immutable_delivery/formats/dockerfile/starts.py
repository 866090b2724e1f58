"""CMD, ENTRYPOINT and HEALTHCHECK: how what is built starts, and what it does then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename

from immutable_delivery.facts import Origin, Scope, Start
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.packagescripts import package_scripts
from immutable_delivery.formats.dockerfile.scripts import (
    finish,
    follow,
    interpreter_for,
    known_values,
)
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Entrypoints

_ORIGINS: dict[str, Origin] = {
    "CMD": "CMD",
    "ENTRYPOINT": "ENTRYPOINT",
    "HEALTHCHECK": "HEALTHCHECK",
}


class Found(Record, frozen=True):
    """What following a start command has brought to light."""

    script: str = ""
    dev_server: str = ""
    dev_server_at: Place | None = None
    """Where it is written: in the instruction or in package.json."""


def start(state: State, instruction: Instruction) -> None:
    """Note a CMD or ENTRYPOINT; its facts wait until the whole file is read."""
    if state.triggered is not None:
        scope = replace(state.scope, phase="start")
        state.emit(
            _start(instruction, scope, _follow(state, instruction, instruction.words, scope))
        )
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
        scope = replace(state.scope, phase="probe")
        command = replace(instruction, words=instruction.words[1:])
        state.emit(_start(command, scope, _follow(state, command, command.words, scope)))


def starts(state: State, target: State | None) -> None:
    """Emit the facts of every CMD and ENTRYPOINT of a stage; ``target`` is the stage that is delivered."""
    delivered = state.stage.index in state.site.plan.delivered
    scope = replace(state.scope, phase="start", shipped=delivered)
    heir = target if delivered and target else state
    for one in state.own:
        if not one.words:
            continue
        words = _words(heir, one)
        found = _follow(heir, one, words, scope) if words else Found()
        state.emit(_start(one, scope, found, overridden=not _holds(heir, one)))


def _holds(state: State, instruction: Instruction) -> bool:
    """Whether an instruction has an effect at the end: CMD has none under the shell form of ENTRYPOINT."""
    entrypoint = state.start.get("ENTRYPOINT")
    if instruction.name == "CMD" and entrypoint and not entrypoint.json:
        return False
    return state.start.get(instruction.name) is instruction


def _words(state: State, instruction: Instruction) -> tuple[LocatedText, ...]:
    """Return what to read with an instruction: ENTRYPOINT and CMD together where only both make a command."""
    if not _holds(state, instruction):
        return ()
    entrypoint, command = state.start.get("ENTRYPOINT"), state.start.get("CMD")
    if entrypoint is None or command is None or not entrypoint.json or not command.json:
        return instruction.words
    if not known(Entrypoints).takes_command.match(basename(entrypoint.words[0].text)):
        return instruction.words
    return (*entrypoint.words, *command.words) if instruction is command else ()


def _follow(
    state: State, instruction: Instruction, words: Sequence[LocatedText], scope: Scope
) -> Found:
    """Interpret a command, the scripts that it runs and those of package.json, and emit what they do."""
    interpreter = interpreter_for(state, known_values(state.variables, state.environment))
    if instruction.json:
        interpreter.argv(list(words), scope, instruction.place)
    else:
        interpreter.script(words[0], scope, instruction.place)
    scripts = follow(state, interpreter, (0, 0), instruction)
    argv = [word.text for word in words] if instruction.json else []
    named = list(package_scripts(state, argv, " ".join(word.text for word in words)))
    at = _whole(instruction)
    if named:
        interpreter.dev_server = ""
    for script in named:
        at = at if interpreter.dev_server else script.used_at
        interpreter.script(script, scope, script.used_at, related=(instruction.place,))
    state.emit(*finish(state, interpreter))
    return Found(scripts[0] if scripts else "", interpreter.dev_server, at)


def _start(
    instruction: Instruction, scope: Scope, found: Found, *, overridden: bool = False
) -> Start:
    whole = _whole(instruction)
    places = {"argv": whole, "text": whole}
    if found.dev_server and found.dev_server_at:
        places["dev_server"] = found.dev_server_at
    return Start(
        used_at=whole,
        extent=instruction.place,
        scope=scope,
        places=places,
        origin=_ORIGINS[instruction.name],
        form="exec" if instruction.json else "shell",
        argv=tuple(word.text for word in instruction.words),
        text=" ".join(word.text for word in instruction.words),
        json_error=instruction.json_error,
        overridden=overridden,
        dev_server=found.dev_server,
        script=found.script,
    )


def _whole(instruction: Instruction) -> Place:
    """Return where the command is written."""
    if instruction.name != "HEALTHCHECK" or instruction.rest is None:
        return instruction.rest.used_at if instruction.rest else instruction.place
    start = re.search(r"\s+", instruction.rest.text)
    return instruction.rest.slice(start.end() if start else 0).used_at
