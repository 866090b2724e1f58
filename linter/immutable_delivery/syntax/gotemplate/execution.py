"""A rendering: what runs, what it has written, and what it may still cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.source import Spot
from immutable_delivery.syntax.gotemplate.traced import Hole, Joined, Partial, Traced
from immutable_delivery.syntax.gotemplate.values import Unknown, Value

Signal = str | None
"""`break` or `continue` on its way to the loop, or DOUBT."""

MAX_DOUBT = 6
"""Branches inside branches that nothing decides: a template that calls itself in one would never end."""
DOUBT = "doubt"
"""A branch that nothing decides ended in `break` or `continue`: whether what follows runs is unknown."""

Statement = Callable[["Frame", Value], Signal]
Expression = Callable[["Frame", Value], Value]


class Runnable(Protocol):
    """A template that can be executed."""

    blanks: list[Value]
    body: Statement


class Library(Protocol):
    """What knows templates by name."""

    def find(self, name: str) -> Runnable | None:
        """Return the template of a name."""

    def given(self, text: str, place: Place, budget: Budget) -> tuple[Library, Runnable]:
        """Return a text as a template, and a library that knows what it defines."""


class Frame:
    """One execution of one template: its variables, and where it writes to."""

    __slots__ = ("out", "run", "variables")

    def __init__(self, run: Run, variables: list[Value], out: list[Any]) -> None:
        self.run = run
        self.variables = variables
        self.out = out
        """Texts, each followed by where it stands if it does not know."""


class Run:
    """One rendering."""

    __slots__ = ("at", "budget", "doubt", "library")

    def __init__(self, library: Library, budget: Budget, at: Spot) -> None:
        self.library = library
        self.budget = budget
        self.doubt = 0
        """How many branches around what runs nothing decides."""
        self.at = at
        """The last call that may be long: where a budget that is spent is reported."""

    def execute(self, template: Runnable, data: Value, out: list[Any]) -> None:
        """Execute a template and write to `out`."""
        self.budget.enter()
        template.body(Frame(self, [data, *template.blanks], out), data)
        self.budget.leave()

    def text(self, template: Runnable, data: Value) -> str:
        """Execute a template and return what it writes."""
        out: list[Any] = []
        self.execute(template, data, out)
        return joined(out)


def joined(out: Sequence[Any]) -> str:
    """Return texts with their places as one text."""
    parts = out[::2]
    if len(parts) == 1 and isinstance(parts[0], Traced):
        return parts[0]
    kind = Partial if Partial in map(type, parts) else Traced
    return kind("".join(parts), Joined(parts, out[1::2]))


def both(
    frame: Frame, dot: Value, branches: Sequence[Statement], reason: Unknown, place: Place
) -> Signal:
    """Walk every branch where nothing decides between them: what they write and set is unknown."""
    if frame.run.doubt >= MAX_DOUBT:
        raise TemplateError(f"hangs on {reason.reason}", place)
    outer, before = frame.out, list(frame.variables)
    ends, texts, signals = [], [], []
    frame.run.doubt += 1
    for branch in branches:
        frame.out, frame.variables[:] = [], before
        signals.append(_tried(branch, frame, dot))
        texts.append(joined(frame.out))
        ends.append(list(frame.variables))
    frame.run.doubt -= 1
    frame.out = outer
    frame.variables[:] = [_settled(values, reason) for values in zip(*ends, strict=True)]
    _write(outer, texts, place)
    return DOUBT if any(signals) else None


def _tried(branch: Statement, frame: Frame, dot: Value) -> Signal:
    """Execute a branch; what fails in it fails only if it is taken."""
    depth = frame.run.budget.depth
    try:
        return branch(frame, dot)
    except TemplateError:
        frame.run.budget.depth = depth
        return None


def nothing(frame: Frame, dot: Value) -> Signal:  # noqa: ARG001
    """Be the branch that is not there."""
    return None


def _settled(values: tuple[Value, ...], reason: Unknown) -> Value:
    first = values[0]
    same = all(value is first for value in values)
    return first if same else Unknown(reason.reason, reason.place)


def _write(out: list[Any], texts: list[str], place: Place) -> None:
    """Write what the branches wrote; whitespace and what all agree on is certain."""
    if len(set(texts)) == 1:
        out += (texts[0], place)
        return
    text = "".join(texts)
    out += (Partial(text, Hole(place)) if text.strip() else text, place)
