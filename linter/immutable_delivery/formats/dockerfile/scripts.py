"""Scripts of the repository that an instruction runs, and those that they run in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.effects import Interpreter, Program, tables_of
from immutable_delivery.facts import Fact
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.shells import shell_of
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.variables import Unset, Variables
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.files import read_text
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text

MAX_DEPTH = 2
"""A script that an instruction runs, and one that this script runs."""

_SHEBANG = lazy(r"#![ \t]*(?:\S*/)?([\w.+-]+)(?:[ \t]+(?:-\S+[ \t]+)*(?:\S*/)?([\w.+-]+))?")
_SHELL = lazy(r"(?:ba|da|a|k|mk|z)?sh\Z")
_FUNCTION = lazy(r"^[\w:.-]+[ \t]*\(\)[ \t]*\{", re.MULTILINE)
_DISPATCH = lazy(r'^(?:time[ \t]+)?"\$\{?[@*1][^"\n]*"(?:[ \t]+"\$@")?[ \t]*$', re.MULTILINE)
_SHELL_FILE = lazy(r"(?:\A|/)[^./]+\Z|\.(?:sh|bash|ash|ksh|zsh)\Z")


class Script(Record, frozen=True):
    """A shell script of the repository, or a here-document."""

    path: str
    """Empty for a here-document."""
    text: LocatedText
    extent: Place


def is_shell(text: str, name: str = "") -> bool:
    """Whether a script is for a shell: by its first line, else by its name."""
    shebang = _SHEBANG.match(text)
    if shebang is None:
        return not text.startswith("#!") and _SHELL_FILE.search(name) is not None
    program = shebang[2] if shebang[1] == "env" and shebang[2] else shebang[1]
    return _SHELL.match(program) is not None


def is_task_runner(text: str) -> bool:
    """Whether a script runs those of its functions that its arguments name: which ones, it does not tell."""
    return bool(_DISPATCH.search(text)) and len(_FUNCTION.findall(text)) > 1


def _is_followed(text: str, path: str) -> bool:
    return is_shell(text, path) and not is_task_runner(text)


def known_values(
    variables: Variables, names: set[str] | None = None
) -> Mapping[str, LocatedText | None]:
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
        shell = is_shell(brought.body.text, program)
        return Script("", brought.body, brought.instruction) if shell else None
    text = read_text(state.site.ctx.files, path)
    if text is None or path is None or not _is_followed(text.value, path):
        return None
    state.site.ctx.texts.setdefault(path, text)
    whole = Place(path, Span(0, len(text.value)))
    return Script(path, LocatedText.literal(text.value, whole), whole)


def interpreter_for(state: State, variables: Mapping[str, LocatedText | None]) -> Interpreter:
    """Return an interpreter that finds the files of the image in the repository."""
    return Interpreter(
        variables,
        files=state.site.ctx.files,
        folder=state.contents.folder(state.workdir),
        shell=shell_of(state),
        locate=lambda path: (state.locate(path) or (None, None))[1],
        tables=tables_of(state.site.ctx.settings),
    )


def stage_interpreter(state: State) -> Interpreter:
    """Return the interpreter of what a stage runs while it is built."""
    if state.interpreter is None:
        state.interpreter = interpreter_for(state, known_values(state.variables))
        state.interpreter.snapshot = state.snapshot
    state.interpreter.shell = shell_of(state)
    return state.interpreter


def finish(state: State, interpreter: Interpreter) -> list[Fact]:
    """Return what an interpreter found; in a script of its own the statement is the line."""
    texts = state.site.ctx.texts
    for path, text in interpreter.texts.items():
        texts.setdefault(path, text)
    own = state.site.document.path
    return [
        fact if fact.extent.file == own else replace(fact, extent=_lines(fact, texts))
        for fact in interpreter.finish()
    ]


def _lines(fact: Fact, texts: Mapping[str, Text]) -> Place:
    """Return the lines that a fact stands on."""
    place = fact.used_at
    text = texts.get(place.file)
    if text is None or place.file != fact.extent.file:
        return fact.extent
    first, last = text.line_of(place.span.start), text.line_of(place.span.end)
    start = text.line_starts[last - 1]
    return place.at(text.line_starts[first - 1], start + len(text.line(last)))


def follow(
    state: State, interpreter: Interpreter, since: tuple[int, int], instruction: Instruction
) -> list[str]:
    """Interpret the scripts that were run or sourced since, and those that they run; return their paths."""
    waiting = [(program, 1) for program in _run_since(interpreter, since)]
    paths: dict[str, None] = {}
    done: set[Place] = set()
    while waiting:
        program, depth = waiting.pop(0)
        script = find(state, program.path.text) if program.path.known else None
        if script is None or script.text.used_at in done:
            continue
        done.add(script.text.used_at)
        paths |= {script.path: None} if script.path else {}
        since = reached(interpreter)
        interpreter.script(script.text, program.scope, script.extent, related=(instruction.place,))
        inner = _run_since(interpreter, since)
        if depth < MAX_DEPTH:
            waiting += [(program, depth + 1) for program in inner]
        else:
            _leave(state, interpreter, inner, done)
    return list(paths)


def _leave(
    state: State, interpreter: Interpreter, programs: list[Program], done: set[Place]
) -> None:
    """Name the scripts that are not followed any more."""
    for program in programs:
        script = find(state, program.path.text) if program.path.known else None
        if script is not None and script.text.used_at not in done:
            interpreter.leave(program, f"'{program.path.text}' is a script too far down to be read")


def reached(interpreter: Interpreter) -> tuple[int, int]:
    """Return how many programs an interpreter knows of, run and sourced."""
    return len(interpreter.programs), len(interpreter.sourced)


def _run_since(interpreter: Interpreter, since: tuple[int, int]) -> list[Program]:
    return [*interpreter.programs[since[0] :], *interpreter.sourced[since[1] :]]
