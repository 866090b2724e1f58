"""Expressions as closures: fields, variables, constants, calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.arguments import Check, checks
from immutable_delivery.syntax.gotemplate.execution import Expression, Frame
from immutable_delivery.syntax.gotemplate.fields import field, method
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.nodes import Node
from immutable_delivery.syntax.gotemplate.problems import FunctionError, TemplateError
from immutable_delivery.syntax.gotemplate.source import Source
from immutable_delivery.syntax.gotemplate.traced import Partial, Traced
from immutable_delivery.syntax.gotemplate.values import Unknown, Value

_DOUBTFUL = frozenset({Unknown, Partial})
_LONG = 2_000
"""Shorter texts that functions make are not counted: they cost less than a step."""


class Compiler:
    """Compiles the expressions of one text."""

    def __init__(self, source: Source, functions: Mapping[str, Function]) -> None:
        self._source = source
        self._functions = functions
        self._kinds: dict[str, Callable[[Node], Expression]] = {
            "dot": lambda _: _dot,
            "nil": lambda _: _nil,
            "constant": lambda node: _constant(node[3]),
            "fields": self._fields,
            "variable": self._variable,
            "chain": self._chain,
            "group": lambda node: self.expression(node[3]),
            "call": self._call,
            "method": self._method,
        }

    def expression(self, node: Node) -> Expression:
        """Return what evaluates an expression."""
        return self._kinds[node[0]](node)

    def _fields(self, node: Node) -> Expression:
        names, place = node[3], self._source.place(node[1], node[2])
        if len(names) == 1:
            return _one_field(names[0], place)

        def run(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
            return _followed(dot, names, place)

        return run

    def _variable(self, node: Node) -> Expression:
        slot, names, place = node[3], node[4], self._source.place(node[1], node[2])
        if not names:
            return lambda frame, _: frame.variables[slot]
        return lambda frame, _: _followed(frame.variables[slot], names, place)

    def _chain(self, node: Node) -> Expression:
        inner, names = self.expression(node[3]), node[4]
        place = self._source.place(node[1], node[2])
        return lambda frame, dot: _followed(inner(frame, dot), names, place)

    def _call(self, node: Node) -> Expression:
        name, arguments = node[3:]
        if name in {"and", "or"} and arguments:
            return _junction([self.expression(each) for each in arguments], stop=name == "or")
        function = self._functions.get(name)
        if function is None:
            raise self._source.error(f"no function is called {name}", node[1], node[1] + len(name))
        try:
            tests = checks(function.parameters, arguments)
        except FunctionError as error:
            raise self._source.error(f"{name}: {error}", node[1], node[1] + len(name)) from None
        expressions = [self.expression(each) for each in arguments]
        return _called(name, function, expressions, tests, self._places(node, arguments))

    def _places(self, node: Node, arguments: list[Node]) -> list[Place]:
        """Return where a call stands, and its arguments."""
        return [self._source.place(each[1], each[2]) for each in (node, *arguments)]

    def _method(self, node: Node) -> Expression:
        target, arguments = node[3:]
        place = self._source.place(node[1], node[2])
        if target[0] not in {"fields", "variable", "chain"} or (
            target[0] == "variable" and not target[4]
        ):
            raise self._source.error("only functions and methods take arguments", node[1], node[2])
        receiver, names = self._receiver(target)
        expressions = [self.expression(each) for each in arguments]

        def run(frame: Frame, dot: Value) -> Value:
            owner = _followed(receiver(frame, dot), names[:-1], place)
            values = [each(frame, dot) for each in expressions]
            return method(owner, names[-1], values, place)

        return run

    def _receiver(self, target: Node) -> tuple[Expression, list[str]]:
        if target[0] == "fields":
            return _dot, target[3]
        if target[0] == "chain":
            return self.expression(target[3]), target[4]
        slot = target[3]
        return (lambda frame, _: frame.variables[slot]), target[4]


def _dot(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
    return dot


def _nil(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
    return None


def _constant(value: Value) -> Expression:
    return lambda frame, dot: value  # noqa: ARG005


def _one_field(name: str, place: Place) -> Expression:
    def run(frame: Frame, dot: Value) -> Value:  # noqa: ARG001
        if type(dot) is dict:
            return dot.get(name)
        return None if dot is None else field(dot, name, place)

    return run


def _followed(value: Value, names: list[str], place: Place) -> Value:
    """Follow fields: of nil at the beginning everything is nil, on the way it is an error, as Go has it."""
    if value is None:
        return None
    for name in names:
        value = value.get(name) if type(value) is dict else field(value, name, place)
    return value


def _junction(expressions: list[Expression], *, stop: bool) -> Expression:
    """Return `and` or `or`: the first argument that decides, or the last; the others are not evaluated."""

    def run(frame: Frame, dot: Value) -> Value:
        value, unknown = None, None
        for each in expressions:
            value = each(frame, dot)
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
    places: list[Place],
) -> Expression:
    call, unknowns, running, place = function.call, function.unknowns, function.running, places[0]

    def run(frame: Frame, dot: Value) -> Value:
        values = [each(frame, dot) for each in expressions]
        if not unknowns and not _DOUBTFUL.isdisjoint(map(type, values)):
            return _unknown(values)
        index = -1
        try:
            for index, test in tests:
                values[index] = test(values[index])
            index = -1
            if running:
                frame.run.place = place
                return call(frame.run, *values)
            value = call(*values)
        except FunctionError as error:
            raise TemplateError(f"{name}: {error}", places[index + 1]) from None
        except TemplateError as error:
            error.calls.append(place)
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
