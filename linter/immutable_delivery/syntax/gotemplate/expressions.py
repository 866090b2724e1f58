"""Expressions as closures: fields, variables, constants, calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from immutable_delivery.syntax.gotemplate.arguments import TRUTH, Check, checks
from immutable_delivery.syntax.gotemplate.execution import Expression, Frame
from immutable_delivery.syntax.gotemplate.fields import field, method
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.nodes import Node
from immutable_delivery.syntax.gotemplate.problems import FunctionError, TemplateError
from immutable_delivery.syntax.gotemplate.source import Source, Spot, place_of
from immutable_delivery.syntax.gotemplate.traced import Derived, Partial, Traced
from immutable_delivery.syntax.gotemplate.values import Unknown, Value

_DOUBTFUL = frozenset({Unknown, Partial})
_LONG = 1_000
"""Shorter texts that functions give are not counted: they cost less than a step."""


class Compiler:
    """Compiles the expressions of one text."""

    def __init__(self, source: Source, functions: Mapping[str, Function]) -> None:
        self._source = source
        self._functions = functions
        self._start = 0
        self._used: dict[str, int] = {}

    def compiled(self, node: Node, start: int, used: dict[str, int]) -> Expression:
        """Return what evaluates an expression of the action that starts there; `used` are slots of variables."""
        self._start, self._used = start, used
        return self._expression(node)

    def _expression(self, node: Node) -> Expression:
        return self._kinds[node[0]](self, node)

    def _inner(self, node: Node) -> Expression:
        return self._expression(node[3])

    def _spot(self, node: Node) -> Spot:
        return self._source, self._start + node[1], self._start + node[2]

    def _error(self, reason: str, node: Node) -> TemplateError:
        return self._source.error(reason, self._start + node[1], self._start + node[2])

    def _constant(self, node: Node) -> Expression:
        value = node[3]
        if isinstance(value, str):
            piece = self._source.piece(self._start + node[1] + 1, self._start + node[2] - 1)
            value = piece if piece == value else Traced(value, Derived(piece))
        return lambda frame, dot: value  # noqa: ARG005

    def _fields(self, node: Node) -> Expression:
        names, at = node[3], self._spot(node)
        if len(names) == 1:
            return _one_field(names[0], at)

        def run(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
            return _followed(dot, names, at)

        return run

    def _variable(self, node: Node) -> Expression:
        slot, names, at = self._used[node[3]], node[4], self._spot(node)
        if not names:
            return lambda frame, _: frame.variables[slot]
        return lambda frame, _: _followed(frame.variables[slot], names, at)

    def _chain(self, node: Node) -> Expression:
        inner, names = self._expression(node[3]), node[4]
        at = self._spot(node)
        return lambda frame, dot: _followed(inner(frame, dot), names, at)

    def _call(self, node: Node) -> Expression:
        name, arguments = node[3:]
        if name in {"and", "or"} and arguments:
            piped = arguments[-1][0] == "piped"
            expressions = [self._expression(each) for each in arguments]
            return _junction(expressions, stop=name == "or", piped=piped)
        function = self._functions.get(name)
        if function is None:
            raise self._error(f"no function is called {name}", ("", node[1], node[1] + len(name)))
        try:
            tests = checks(function.parameters, tuple(each[0] for each in arguments))
        except FunctionError as error:
            raise self._error(f"{name}: {error}", ("", node[1], node[1] + len(name))) from None
        expressions = [self._expression(each) for each in arguments]
        spots = [self._spot(each) for each in (node, *arguments)]
        return _called(name, function, expressions, tests, spots)

    def _method(self, node: Node) -> Expression:
        target, arguments = node[3:]
        at = self._spot(node)
        if target[0] not in {"fields", "variable", "chain"} or (
            target[0] == "variable" and not target[4]
        ):
            raise self._error("only functions and methods take arguments", node)
        receiver, names = self._receiver(target)
        expressions = [self._expression(each) for each in arguments]

        def run(frame: Frame, dot: Value) -> Value:
            owner = _followed(receiver(frame, dot), names[:-1], at)
            values = [each(frame, dot) for each in expressions]
            return method(owner, names[-1], values, at)

        return run

    def _receiver(self, target: Node) -> tuple[Expression, list[str]]:
        if target[0] == "fields":
            return _dot, target[3]
        if target[0] == "chain":
            return self._expression(target[3]), target[4]
        slot = self._used[target[3]]
        return (lambda frame, _: frame.variables[slot]), target[4]

    _kinds: ClassVar[Mapping[str, Callable[[Compiler, Node], Expression]]] = {
        "dot": lambda *_: _dot,
        "nil": lambda *_: _nil,
        "constant": _constant,
        "fields": _fields,
        "variable": _variable,
        "chain": _chain,
        "piped": _inner,
        "group": _inner,
        "call": _call,
        "method": _method,
    }


def _dot(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
    return dot


def _nil(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
    return None


def _one_field(name: str, at: Spot) -> Expression:
    def run(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
        if type(dot) is dict:
            return dot.get(name)
        return None if dot is None else field(dot, name, at)

    return run


def _followed(value: Value, names: list[str], at: Spot) -> Value:
    """Follow fields: of nil at the beginning everything is nil, on the way it is an error, as Go has it."""
    if value is None:
        return None
    for name in names:
        value = value.get(name) if type(value) is dict else field(value, name, at)
    return value


def _junction(expressions: list[Expression], *, stop: bool, piped: bool) -> Expression:
    """Return `and` or `or`: the first argument that decides, or the last; the others are not evaluated."""
    given = expressions[-1]

    def run(frame: Frame, dot: Value) -> Value:
        value, unknown = given(frame, dot) if piped else None, None
        last = value
        for each in expressions:
            value = last if piped and each is given else each(frame, dot)
            if type(value) in _DOUBTFUL:
                unknown = unknown or value
            elif bool(value) is stop:
                return value if unknown is None else _half_known(unknown, stop=stop)
        return value if unknown is None else _half_known(unknown, stop=None)

    return run


def _half_known(value: Value, *, stop: bool | None) -> Unknown:
    """Return what `and` gives of something unknown and something false: unknown, but false."""
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, truth=stop)
    return Unknown("a text that is known in part", truth=stop)


def _called(
    name: str,
    function: Function,
    expressions: list[Expression],
    tests: list[tuple[int, Check]],
    spots: list[Spot],
) -> Expression:
    call, unknowns, running, at = function.call, function.unknowns, function.running, spots[0]

    def run(frame: Frame, dot: Value) -> Value:
        values = [each(frame, dot) for each in expressions]
        if not unknowns and not _DOUBTFUL.isdisjoint(map(type, values)):
            return _unknown(values)
        index = -1
        try:
            for index, test in tests:
                if type(values[index]) is Unknown and test is not TRUTH:
                    return _unknown(values[index:])
                values[index] = test(values[index])
            index = -1
            if running:
                frame.run.at = at
                value = call(frame.run, *values)
            else:
                value = call(*values)
        except FunctionError as error:
            raise TemplateError(f"{name}: {error}", place_of(spots[index + 1])) from None
        except TemplateError as error:
            error.calls.append(place_of(at))
            raise
        if isinstance(value, str) and len(value) > _LONG:
            frame.run.budget.output(len(value))
        return value

    return run


def _unknown(values: list[Any]) -> Unknown:
    for value in values:
        if type(value) is Unknown:
            return Unknown(value.reason, value.place)
    partial = next(value for value in values if type(value) is Partial)
    return partial_unknown(partial)


def partial_unknown(text: Traced) -> Unknown:  # noqa: ARG001
    """Return what is known of a value that was computed from a text that is known in part."""
    return Unknown("a text that is known in part")
