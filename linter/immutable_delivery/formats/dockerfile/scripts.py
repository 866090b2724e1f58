"""Scripts of the repository that an instruction runs, and those that they run in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from immutable_delivery.files import read_text
from immutable_delivery.formats.commands import Interpreter, Program
from immutable_delivery.formats.dockerfile.cut import Instruction
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.variables import Unset, Variables
from immutable_delivery.text import Place, Span
from immutable_delivery.written import Written

MAX_DEPTH = 2
"""A script that an instruction runs, and one that this script runs."""
MAX_LENGTH = 200_000

_SHEBANG = re.compile(r"#![ \t]*\S*?([\w.+-]+)(?:[ \t]+(?:-\S+[ \t]+)?([\w.+-]+))?[^\n]*")
_SHELL = re.compile(r"(?:ba|da|a|k|mk|z)?sh\Z")
_SHELL_FILE = re.compile(r"(?:\A|/)[^./]+\Z|\.(?:sh|bash|ash|ksh|zsh)\Z")


@dataclass(frozen=True, slots=True)
class Script:
    """A shell script of the repository, or a here-document."""

    path: str
    """Empty for a here-document."""
    text: Written


def is_shell(text: str, name: str = "") -> bool:
    """Whether a script is for a shell: by its first line, else by its name."""
    shebang = _SHEBANG.match(text)
    if shebang is None:
        return not text.startswith("#!") and _SHELL_FILE.search(name) is not None
    program = shebang[2] if shebang[1] == "env" and shebang[2] else shebang[1]
    return _SHELL.match(program) is not None


def known_values(
    variables: Variables, names: set[str] | None = None
) -> Mapping[str, Written | None]:
    """Return what a shell knows of variables; those without a value are left out."""
    return {
        name: value
        for name, value in variables.values.items()
        if not isinstance(value, Unset) and (names is None or name in names)
    }


def find(state: State, program: str) -> Script | None:
    """Return the script that a program of the image is, where it is one that was copied in."""
    found = state.locate(program)
    if found is None:
        return None
    brought, path = found
    if brought.body is not None:
        return Script("", brought.body) if is_shell(brought.body.text, program) else None
    text = read_text(state.site.around.files, path)
    if (
        text is None
        or path is None
        or len(text.value) > MAX_LENGTH
        or not is_shell(text.value, path)
    ):
        return None
    state.site.around.texts.setdefault(path, text)
    return Script(path, Written.literal(text.value, Place(path, Span(0, len(text.value)))))


def interpreter_for(state: State, variables: Mapping[str, Written | None]) -> Interpreter:
    """Return an interpreter that finds the files of the image in the repository."""
    return Interpreter(
        variables,
        files=state.site.around.files,
        folder=state.folder(),
        shell=state.shell[0] if state.shell else "sh",
        locate=lambda path: (state.locate(path) or (None, None))[1],
    )


def follow(
    state: State, interpreter: Interpreter, since: tuple[int, int], one: Instruction
) -> list[str]:
    """Interpret the scripts that were run or sourced since, and those that they run; return their paths."""
    waiting = [(program, 1) for program in _run_since(interpreter, since)]
    paths: dict[str, None] = {}
    done: set[Place] = set()
    while waiting:
        program, depth = waiting.pop(0)
        script = find(state, program.path.text) if program.path.known else None
        if script is None or script.text.whole in done:
            continue
        done.add(script.text.whole)
        paths |= {script.path: None} if script.path else {}
        since = reached(interpreter)
        interpreter.script(script.text, program.scope, script.text.whole, related=(one.place,))
        if depth < MAX_DEPTH:
            waiting += [(inner, depth + 1) for inner in _run_since(interpreter, since)]
    return list(paths)


def reached(interpreter: Interpreter) -> tuple[int, int]:
    """Return how many programs an interpreter knows of, run and sourced."""
    return len(interpreter.programs), len(interpreter.sourced)


def _run_since(interpreter: Interpreter, since: tuple[int, int]) -> list[Program]:
    return [*interpreter.programs[since[0] :], *interpreter.sourced[since[1] :]]
