"""Statements as closures: text, values that are printed, variables, branches, loops, calls of templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.execution import (
    DOUBT,
    Expression,
    Frame,
    Signal,
    Statement,
    both,
    nothing,
)
from immutable_delivery.syntax.gotemplate.expressions import Compiler
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.nodes import Node
from immutable_delivery.syntax.gotemplate.printing import shown
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.source import Source, Spot, place_of
from immutable_delivery.syntax.gotemplate.traced import UNKNOWN, Hole, Partial, Traced
from immutable_delivery.syntax.gotemplate.values import Object, Unknown, Value, kind

_TEXTS = frozenset({str, Traced, Partial})
_PAIR = 2
_NO_TEXT = (Unknown, Partial)


def compile_body(nodes: list[Node], source: Source, functions: Mapping[str, Function]) -> Statement:
    """Return what executes statements."""
    return _Compiler(source, functions).block(nodes)


class _Compiler:
    """Compiles the statements of one text."""

    def __init__(self, source: Source, functions: Mapping[str, Function]) -> None:
        self._source = source
        self._expressions = Compiler(source, functions)

    def block(self, nodes: list[Node]) -> Statement:
        """Return what executes statements one after the other."""
        if not nodes:
            return nothing
        steps: list[Any] = []

        def run(frame: Frame, dot: Value) -> Signal:
            frame.run.budget.spend(len(nodes))
            return _executed(steps or self._compiled(nodes, steps), frame, dot)

        return run

    def _compiled(self, nodes: list[Node], steps: list[Any]) -> list[Any]:
        """Compile statements that are executed for the first time: of most branches, nothing ever is."""
        steps += [self._step(node) for node in nodes]
        return steps

    def _step(self, node: Node) -> Statement | tuple[Traced, Place]:
        if node[0] == "text":
            return self._source.piece(node[1], node[2]), self._source.place(node[1], node[2])
        return self._kinds[node[0]](self, node)

    def _print(self, node: Node) -> Statement:
        expression = self._expressions.compiled(node[3], node[1], node[4])
        place = self._source.place(node[1], node[2])

        def run(frame: Frame, dot: Value) -> None:
            value = expression(frame, dot)
            if type(value) not in _TEXTS:
                value = _printed(value, frame, place)
            out = frame.out
            out.append(value)
            out.append(place)

        return run

    def _assign(self, node: Node) -> Statement:
        expression = self._expressions.compiled(node[4], node[1], node[5])
        slot = node[3]

        def run(frame: Frame, dot: Value) -> None:
            frame.variables[slot] = expression(frame, dot)

        return run

    def _if(self, node: Node) -> Statement:
        expression, store, body, other, place = self._branches(node)

        def run(frame: Frame, dot: Value) -> Signal:
            value = expression(frame, dot)
            if store is not None:
                frame.variables[store] = value
            if type(value) in _NO_TEXT and (doubtful := _undecided(value)) is not None:
                return both(frame, dot, (body, other), doubtful, place)
            return body(frame, dot) if value else other(frame, dot)

        return run

    def _with(self, node: Node) -> Statement:
        expression, store, body, other, place = self._branches(node)

        def run(frame: Frame, dot: Value) -> Signal:
            value = expression(frame, dot)
            if store is not None:
                frame.variables[store] = value
            if type(value) in _NO_TEXT and (doubtful := _undecided(value)) is not None:
                return both(frame, dot, (_given(body, value), other), doubtful, place)
            return body(frame, value) if value else other(frame, dot)

        return run

    def _branches(self, node: Node) -> tuple[Expression, int | None, Statement, Statement, Place]:
        slots, expression, used, body, other = node[3:]
        store = slots[0] if slots else None
        place = self._source.place(node[1], node[2])
        return (
            self._expressions.compiled(expression, node[1], used),
            store,
            self.block(body),
            self.block(other),
            place,
        )

    def _range(self, node: Node) -> Statement:
        slots, source, used, nodes, others = node[3:]
        expression, body, other = (
            self._expressions.compiled(source, node[1], used),
            self.block(nodes),
            self.block(others),
        )
        place = self._source.place(node[1], node[2])
        at = self._source, node[1] + source[1], node[1] + source[2]
        round_ = _round(slots, body)

        def run(frame: Frame, dot: Value) -> Signal:
            value = expression(frame, dot)
            if type(value) is Unknown:
                walk = _given_entry(round_, (value, value))
                both(frame, dot, (walk, other), value, place)
                return None
            entries = _entries(value, frame.run.budget, at, one=len(slots) < _PAIR)
            if not entries:
                return other(frame, dot)
            return _loop(frame, dot, round_, entries, place)

        return run

    def _template(self, node: Node) -> Statement:
        name, data, used = node[3:]
        at = self._source, node[1], node[2]
        argument = self._expressions.compiled(data, node[1], used) if data is not None else None

        def run(frame: Frame, dot: Value) -> None:
            value = argument(frame, dot) if argument else None
            template = frame.run.library.find(name)
            if template is None:
                raise TemplateError(f"no template is called {name}", place_of(at))
            frame.run.at = at
            try:
                frame.run.execute(template, value, frame.out)
            except TemplateError as error:
                error.calls.append(place_of(at))
                raise

        return run

    def _jump(self, node: Node) -> Statement:
        word: str = node[0]

        def run(frame: Frame, dot: Value) -> Signal:  # noqa: ARG001
            return word

        return run

    _kinds: ClassVar[Mapping[str, Callable[[_Compiler, Node], Statement]]] = {
        "print": _print,
        "assign": _assign,
        "if": _if,
        "with": _with,
        "range": _range,
        "template": _template,
        "break": _jump,
        "continue": _jump,
    }
    """Of the class: bound to each compiler they would keep all that it has compiled until the collector comes."""


def _executed(steps: list[Any], frame: Frame, dot: Value) -> Signal:
    out = frame.out
    for step in steps:
        if type(step) is tuple:
            out.extend(step)
        elif (signal := step(frame, dot)) is not None:
            return _interrupted(frame, dot, signal, steps[steps.index(step) + 1 :])
    return None


def _rest(steps: list[Any]) -> Statement:
    return lambda frame, dot: _executed(steps, frame, dot)


def _interrupted(frame: Frame, dot: Value, signal: Signal, rest: list[Any]) -> Signal:
    """Leave a block; where that is in doubt, walk what follows in doubt."""
    if signal is DOUBT and rest:
        both(
            frame,
            dot,
            (_rest(rest), nothing),
            Unknown("a loop that may have ended"),
            place_of(frame.run.at),
        )
    return signal


def _undecided(value: Value) -> Unknown | None:
    """Return why nobody knows whether a value is true; None where it is known."""
    if type(value) is Unknown:
        return value if value.truth is None else None
    return Unknown("a text that is known in part")


def _printed(value: Value, frame: Frame, place: Place) -> str:
    if type(value) is Unknown:
        return Partial(UNKNOWN, Hole(value.place or place))
    return shown(value, frame.run.budget)


def _given(body: Statement, value: Value) -> Statement:
    return lambda frame, _: body(frame, value)


Round = Any
"""What executes one round of a loop, given the key and the value."""


def _round(slots: list[int], body: Statement) -> Round:
    if not slots:
        return lambda frame, _, value: body(frame, value)
    first, last = slots[0], slots[-1]

    def run(frame: Frame, key: Value, value: Value) -> Signal:
        frame.variables[first] = key
        frame.variables[last] = value
        return body(frame, value)

    return run


def _given_entry(round_: Round, entry: tuple[Value, Value]) -> Statement:
    return lambda frame, _: round_(frame, *entry)


def _loop(frame: Frame, dot: Value, round_: Round, entries: Sequence[Any], place: Place) -> Signal:
    for index, (key, value) in enumerate(entries):
        signal = round_(frame, key, value)
        if signal is None or signal == "continue":
            continue
        if signal == "break":
            return None
        for entry in entries[index + 1 :]:
            walk = _given_entry(round_, entry)
            both(frame, dot, (walk, nothing), Unknown("a loop that may have ended"), place)
        return None
    return None


def _entries(value: Value, budget: Budget, at: Spot, *, one: bool) -> Sequence[Any]:
    """Return the keys and values that a range walks."""
    if isinstance(value, Object) and value.entries is not None:
        value = value.entries
    if isinstance(value, (list, dict)):
        budget.items(len(value))
        return (
            list(enumerate(value)) if isinstance(value, list) else sorted(value.items(), key=_key)
        )
    if value is None:
        return []
    if kind(value) in {"int", "int64"} and one:
        budget.items(max(value, 0))
        return [(number, number) for number in range(value)]
    raise TemplateError(f"range cannot walk a value of the type {kind(value)}", place_of(at))


def _key(entry: tuple[Any, Any]) -> Any:
    return entry[0]
