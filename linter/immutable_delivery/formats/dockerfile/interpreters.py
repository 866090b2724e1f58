"""Who reads the commands of a stage, with the files of the image that lie in the repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.effects.extensions import tables_of
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fact
from immutable_delivery.formats.dockerfile.files import StageFiles
from immutable_delivery.formats.dockerfile.shells import shell_of
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.variables import Unset, Variables
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Text


def known_values(
    variables: Variables, names: set[str] | None = None
) -> Mapping[str, LocatedText | None]:
    """Return what a shell knows of variables; those without a value are left out."""
    return {
        name: value
        for name, value in variables.values.items()
        if not isinstance(value, Unset) and (names is None or name in names)
    }


def interpreter_for(state: State, variables: Mapping[str, LocatedText | None]) -> Interpreter:
    """Return an interpreter that finds the files of the image in the repository."""
    view = StageFiles(state)
    return Interpreter(
        variables,
        files=view.files,
        folder=view.folder,
        shell=shell_of(state),
        locate=view.locate,
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
    """Return what an interpreter found."""
    for path, text in interpreter.texts.items():
        state.site.ctx.texts.setdefault(path, text)
    return on_lines(state, interpreter.finish())


def on_lines(state: State, facts: Iterable[Fact]) -> list[Fact]:
    """Return what commands do; in a script of its own the statement is the line."""
    own, texts = state.site.document.path, state.site.ctx.texts
    return [
        fact if fact.extent.file == own else replace(fact, extent=_lines(fact, texts))
        for fact in facts
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
