"""What a call runs beside itself: its input, a file, or code that a substitution gives."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.effects.arguments import parse
from immutable_delivery.effects.program_tables import Interpreter
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Execution
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.shells import printed, shell_arguments
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Launchers

_INPUT = frozenset(("-", "/dev/stdin", "/dev/fd/0"))
_LOOKS = frozenset(("--version", "-version", "version", "-v", "-V", "--help", "-h", "help"))


class Run(Record, frozen=True):
    """Something that a call runs."""

    how: Execution
    """pipe (what comes in), substitution (what a word's commands give) or file."""
    word: Word | None = None


def runs(event: Event) -> Iterator[Run]:
    """Yield what a call runs."""
    interpreter = event.role.interpreter
    if event.name == "eval":
        yield from (Run("substitution", word) for word in event.call.words)
    elif not event.name:  # a variable names the program: what follows are its arguments
        yield Run("substitution", event.call.words[0])
    elif interpreter is None:
        if not _only_looks(event):
            yield Run("file", event.call.words[0])
    elif interpreter.sourced:
        yield from (_given(word) for word in event.words[:1])
    elif interpreter.shell:
        yield from _by_shell(event)
    else:
        yield from _by_program(event, interpreter)


def _only_looks(event: Event) -> bool:
    """Whether a program is only asked for its version or help."""
    return bool(event.words) and all(word.text in _LOOKS for word in event.words)


def _given(word: Word) -> Run:
    return Run("substitution" if word.calls else "file", word)


def _by_shell(event: Event) -> Iterator[Run]:
    arguments = shell_arguments(event.words)
    if arguments.script is not None:
        yield Run("substitution", arguments.script)
    elif arguments.file is not None and arguments.file.text not in _INPUT:
        yield _given(arguments.file)
    else:
        yield Run("pipe")
        bodies = (redirect.target for redirect in event.call.redirects if redirect.body is not None)
        yield from (Run("substitution", word) for word in bodies)


def _by_program(event: Event, interpreter: Interpreter) -> Iterator[Run]:
    words = event.words
    if interpreter.verb:  # `deno run -A main.ts`
        if [word.text for word in words[:1]] != [interpreter.verb]:
            return
        words = words[1:]
    arguments = parse(words, interpreter.options, stop=1)
    code, file = arguments.given(interpreter.code), arguments.given(interpreter.files)
    operands = [operand.word for operand in arguments.operands]
    if code is not None:
        yield from (Run("substitution", code.value) for _ in (1,) if code.value is not None)
    elif file is not None and file.value is not None:
        yield _given(file.value)
    elif operands and operands[0].text not in _INPUT:
        yield _given(operands[0])
    elif not arguments.given(interpreter.module) and not arguments.given(_LOOKS):
        yield Run("pipe")


def code_of(event: Event) -> LocatedText | None:
    """Return the code in another language that a call is given: `python -c`, `python <<E`, `awk`'s first operand."""
    interpreter = event.role.interpreter
    if event.name in known(Launchers).coded:
        return next((one.written for one in event.words if not one.text.startswith("-")), None)
    if interpreter is None or interpreter.shell or interpreter.sourced:
        return None
    found = next(iter(runs(event)), None)
    if found is not None and found.how == "pipe":
        return _fed(event) if known(Launchers).reads(event.name) else None
    return found.word.written if found and found.word and found.how == "substitution" else None


def _fed(event: Event) -> LocatedText | None:
    """Return what a program reads on its input, where that stands here: a here-document, or what `echo` prints."""
    lines = [one.body for one in event.call.redirects if one.body is not None][-1:]
    lines += [line for one in event.inputs for line in printed(one.call) or ()]
    ends = (LocatedText.literal("\n", one.place(len(one.text), len(one.text))) for one in lines)
    parts = [part for line in zip(lines, ends, strict=True) for part in line]
    return LocatedText.joined(parts, lines[0].used_at) if lines else None


def script_of(event: Event) -> Word | None:
    """Return the file that an interpreter runs or reads in; None where it runs something else."""
    found = next(iter(runs(event)), None) if event.role.interpreter else None
    return found.word if found and found.how == "file" else None
