"""CMD, ENTRYPOINT and HEALTHCHECK: how what is built starts, and what it does then."""

from __future__ import annotations

import re
from dataclasses import replace

from immutable_delivery.facts import Fact, Scope, Start
from immutable_delivery.formats.commands import Interpreter
from immutable_delivery.formats.dockerfile.cut import Instruction
from immutable_delivery.formats.dockerfile.scripts import follow, interpreter_for, known_values
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.text import Place


def start(state: State, one: Instruction) -> None:
    """Note a CMD or ENTRYPOINT; its facts wait until the whole file is read."""
    if state.triggered is not None:
        state.emit(*_facts(state, one, replace(state.scope, phase="start"), overridden=False))
        return
    state.own.append(one)
    if one.name == "ENTRYPOINT" and not any(own.name == "CMD" for own in state.own):
        state.start.pop("CMD", None)
    if one.words:
        state.start[one.name] = one
    else:
        state.start.pop(one.name, None)


def healthcheck(state: State, one: Instruction) -> None:
    """Interpret the command of a HEALTHCHECK."""
    if one.words[0].text.upper() == "CMD":
        command = replace(one, words=one.words[1:])
        state.emit(*_facts(state, command, replace(state.scope, phase="probe"), overridden=False))


def starts(state: State, target: State | None) -> None:
    """Emit the facts of every CMD and ENTRYPOINT of a stage; ``target`` is the stage that is delivered."""
    plan = state.site.plan
    delivered = state.stage.index in plan.delivered
    scope = replace(state.scope, phase="start", shipped=delivered)
    heir = target if delivered and target else state
    for one in state.own:
        if one.words:
            state.emit(*_facts(state, one, scope, overridden=heir.start.get(one.name) is not one))


def _facts(state: State, one: Instruction, scope: Scope, *, overridden: bool) -> list[Fact]:
    """Return the start itself and, unless something replaces it, what it does."""
    interpreter = interpreter_for(state, known_values(state.variables, state.environment))
    scripts: list[str] = []
    if not overridden:
        _interpret(interpreter, one, scope)
        scripts = follow(state, interpreter, (0, 0), one)
    return [_start(one, scope, scripts, overridden=overridden), *interpreter.finish()]


def _interpret(interpreter: Interpreter, one: Instruction, scope: Scope) -> None:
    if one.json:
        interpreter.argv(list(one.words), scope, one.place)
    elif one.words:
        interpreter.script(one.words[0], scope, one.place)


def _start(one: Instruction, scope: Scope, scripts: list[str], *, overridden: bool) -> Start:
    whole = _whole(one)
    return Start(
        used_at=whole,
        extent=one.place,
        scope=scope,
        places={"argv": whole, "text": whole},
        origin=one.name,
        form="exec" if one.json else "shell",
        argv=tuple(word.text for word in one.words),
        text=" ".join(word.text for word in one.words),
        json_error=one.json_error,
        overridden=overridden,
        script=scripts[0] if scripts else "",
    )


def _whole(one: Instruction) -> Place:
    """Return where the command is written."""
    if one.name != "HEALTHCHECK" or one.rest is None:
        return one.rest.whole if one.rest else one.place
    start = re.search(r"\s+", one.rest.text)
    return one.rest.slice(start.end() if start else 0).whole
