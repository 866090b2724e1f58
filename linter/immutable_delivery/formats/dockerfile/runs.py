"""RUN: what the shell, or the program of the exec form, does while the image is built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from immutable_delivery.containers.scripts import follow, reached
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.formats.dockerfile.contents import Brought
from immutable_delivery.formats.dockerfile.document import Heredoc, Instruction
from immutable_delivery.formats.dockerfile.files import StageFiles
from immutable_delivery.formats.dockerfile.heredocs import opener
from immutable_delivery.formats.dockerfile.interpreters import (
    finish,
    interpreter_for,
    known_values,
    stage_interpreter,
)
from immutable_delivery.formats.dockerfile.lines import Line
from immutable_delivery.formats.dockerfile.recipes import bind
from immutable_delivery.formats.dockerfile.references import flags
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText

_LEADING_TABS = lazy(r"^\t+", re.MULTILINE)


def run(state: State, instruction: Instruction) -> None:
    """Interpret a RUN, and the scripts of the context that it runs."""
    if state.site.ctx.settings.wholes:
        bind(state, instruction)
        return
    if instruction.script is None:
        return
    if state.triggered is None:
        _run(state, stage_interpreter(state), instruction)
        return
    interpreter = interpreter_for(state, known_values(state.triggered))
    _run(state, interpreter, instruction)
    state.emit(*finish(state, interpreter))


def _run(state: State, interpreter: Interpreter, instruction: Instruction) -> None:
    since = reached(interpreter)
    kept = state.contents.copy()
    for brought in bound(state, instruction):
        state.bring(brought)
    interpreter.layer()
    if instruction.json:
        interpreter.argv(list(instruction.words), state.scope, instruction.place)
    elif instruction.script:
        interpreter.script(_script(instruction, instruction.script), state.scope, instruction.place)
    follow(interpreter, StageFiles(state), instruction.place, since)
    state.contents = kept
    for path, body in interpreter.written.items():
        if state.triggered is None:
            state.bring(Brought(state.path(path), None, instruction.place, body=body, code=False))


def _script(instruction: Instruction, script: LocatedText) -> LocatedText:
    """Return what the shell reads: a here-document by itself is the script."""
    alone = instruction.heredocs and instruction.rest and opener(instruction.rest.text)
    return body_of(instruction.heredocs[0]) if alone else script


def body_of(heredoc: Heredoc) -> LocatedText:
    """Return what a here-document holds: without the leading tabs where `<<-` asks for it."""
    if not heredoc.opener.strips:
        return heredoc.body
    text, runs, at = heredoc.body.text, [], 0
    for tabs in _LEADING_TABS.finditer(text):
        runs.append((at, tabs.start()))
        at = tabs.end()
    return Line.of(heredoc.body).pick([*runs, (at, len(text))], 0)


_SOURCES = ("source", "src")
_TARGETS = ("target", "dst", "destination")


def bound(state: State, instruction: Instruction) -> Iterator[Brought]:
    """Yield what bind mounts bring from the context; ONBUILD means the context of another build."""
    for mount in flags(instruction, "mount") if state.triggered is None else ():
        options = state.expand(mount)
        fields = _fields(options.text)
        target = _first(fields, _TARGETS)
        if (
            not options.known
            or not target
            or "from" in fields
            or fields.get("type", "bind") != "bind"
        ):
            continue
        for path in state.site.context.find(_first(fields, _SOURCES)):
            yield Brought(state.path(target), path, instruction.place)


def _fields(options: str) -> Mapping[str, str]:
    pairs = (field.partition("=") for field in options.split(","))
    return {name.strip().lower(): value for name, _, value in pairs}


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
