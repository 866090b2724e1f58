"""Expressions of GitHub Actions, `${{ … }}`: which texts one may come to, each with the place that decides it.

The reference is https://docs.github.com/actions/reference/workflows-and-actions/expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import prod

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned

EXPRESSION = lazy(r"\$\{\{((?:'[^']{0,500}+'|[^'}$]|\}(?!\})|\$(?!\{\{)){0,1500}+)\}\}")
"""Longer ones are not looked into, so that text full of openings costs no more than its length."""
MAX_ALTERNATIVES = 64
"""Of something that may have more values, nothing is known."""
MAX_DEPTH = 50

_TOKEN = lazy(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||[=!<>]=|[\[\]().,!<>*]))"
)
_HOLE = lazy(r"\{(\d+)\}|\{\{|\}\}")

Texts = tuple[LocatedText | None, ...]
"""What something may come to; None is a value that nobody here knows."""
Look = Callable[[tuple[str, ...]], Texts]
"""Returns what a path of a context may be: `matrix`, `image`."""
UNKNOWN: Texts = (None,)


class Token(Record, frozen=True):
    """A word of an expression, and where it begins."""

    kind: str
    text: str
    start: int


class InvalidExpressionError(Exception):
    """An expression that cannot be read: nothing of it is known."""


def texts(written: LocatedText, look: Look) -> Texts:
    """Return what a text with expressions may come to; None where it may be something that nobody knows."""
    found = list(EXPRESSION.finditer(written.text))
    if not found:
        return (written,)
    several = [_alternatives(one[1], written.slice(*one.span(1)), look) for one in found]
    if prod(map(len, several)) > MAX_ALTERNATIVES:
        return UNKNOWN
    chosen = (_with(written, choice) for choice in product(*several))
    return tuple(dict.fromkeys(chosen))


def text(written: LocatedText, look: Look) -> LocatedText:
    """Return a text with those expressions put in that can only be one thing; the others stay, and are unresolved."""

    def give(_found: object, own: LocatedText) -> LocatedText | None:
        inner = own.slice(3, len(own.text) - 2)
        values = _alternatives(inner.text, inner, look)
        return values[0] if len(values) == 1 else None

    return filled(written, EXPRESSION, give) if "${{" in written.text else written


def _with(written: LocatedText, choice: Texts) -> LocatedText:
    values = iter(choice)
    return filled(written, EXPRESSION, lambda _found, _own: next(values))


def _alternatives(expression: str, own: LocatedText, look: Look) -> Texts:
    try:
        return tuple(dict.fromkeys(_Reader(expression, own, look).whole()))
    except (InvalidExpressionError, RecursionError):
        return UNKNOWN


def _tokens(expression: str) -> Iterator[Token]:
    at = 0
    while found := _TOKEN.match(expression, at):
        yield Token(
            str(found.lastgroup), found[str(found.lastgroup)], found.start(str(found.lastgroup))
        )
        at = found.end()
    if expression[at:].strip():
        raise InvalidExpressionError
    yield Token("end", "", at)


class _Reader:
    """Reads an expression and evaluates it in one go: every part is what it may come to."""

    def __init__(self, expression: str, own: LocatedText, look: Look) -> None:
        self._tokens = list(_tokens(expression))
        self._own = own
        self._look = look
        self._at = 0
        self._depth = 0

    def whole(self) -> Texts:
        value = self._either()
        if self._next.kind != "end":
            raise InvalidExpressionError
        return value

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _takes(self, *signs: str) -> str:
        token = self._next
        if token.kind == "sign" and token.text in signs:
            self._at += 1
            return token.text
        return ""

    def _either(self) -> Texts:
        """Read `a || b`: what of the first may hold, and the last where it may not."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidExpressionError
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = _bounded(
                (*filter(_may_hold, value), *(other if any(map(_may_fail, value)) else ()))
            )
        self._depth -= 1
        return value

    def _both(self) -> Texts:
        """Read `a && b`: the second where the first holds, else the first."""
        value = self._compared()
        while self._takes("&&"):
            other = self._compared()
            failing = tuple(
                self._false() if one is None else one for one in value if _may_fail(one)
            )
            value = _bounded((*failing, *(other if any(map(_may_hold, value)) else ())))
        return value

    def _compared(self) -> Texts:
        value = self._single()
        while sign := self._takes("==", "!=", "<=", ">=", "<", ">"):
            other = self._single()
            value = self._equal(value, other, sign)
        return value

    def _equal(self, one: Texts, other: Texts, sign: str) -> Texts:
        first, second = one[0], other[0]
        if len(one) * len(other) > 1 or first is None or second is None or sign not in {"==", "!="}:
            return UNKNOWN
        if not (first.known and second.known):
            return UNKNOWN
        equal = first.text.lower() == second.text.lower()
        return (self._true() if equal == (sign == "==") else self._false(),)

    def _single(self) -> Texts:
        if self._takes("!"):
            self._single()
            return UNKNOWN
        if self._takes("("):
            value = self._either()
            if not self._takes(")"):
                raise InvalidExpressionError
            return value
        token = self._next
        self._at += 1
        if token.kind == "text":
            return (self._literal(token),)
        if token.kind == "number":
            return (self._own.slice(token.start, token.start + len(token.text)),)
        if token.kind == "name":
            return self._named(token)
        raise InvalidExpressionError

    def _literal(self, token: Token) -> LocatedText:
        inner = self._own.slice(token.start + 1, token.start + len(token.text) - 1)
        inner = replace(inner, unresolved=())
        return unaligned(inner.text.replace("''", "'"), inner) if "''" in inner.text else inner

    def _named(self, token: Token) -> Texts:
        if self._takes("("):
            return self._call(token.text.lower())
        if token.text in {"true", "false", "null"}:
            return (self._true() if token.text == "true" else self._false(),)
        path = [token.text.lower()]
        while sign := self._takes(".", "["):
            path.append(self._step() if sign == "." else self._index())
        return self._look(tuple(path))

    def _step(self) -> str:
        token = self._next
        self._at += 1
        if token.kind != "name" and token.text != "*":
            raise InvalidExpressionError
        return token.text.lower()

    def _index(self) -> str:
        """Read `['name']`; what another expression names is not followed."""
        value = self._either()
        if not self._takes("]"):
            raise InvalidExpressionError
        name = value[0] if len(value) == 1 else None
        return name.text.lower() if name is not None and name.known else "*"

    def _call(self, name: str) -> Texts:
        given: list[Texts] = []
        while not self._takes(")"):
            given.append(self._either())
            if not self._takes(",") and self._next.text != ")":
                raise InvalidExpressionError
        if name == "format" and given:
            return self._format(given[0], given[1:])
        if name in {"fromjson", "tojson"} and len(given) == 1:
            return tuple(one if one is not None and _is_plain(one) else None for one in given[0])
        return UNKNOWN

    def _format(self, pattern: Texts, given: list[Texts]) -> Texts:
        shape = pattern[0]
        if len(pattern) > 1 or shape is None or prod(map(len, given)) > MAX_ALTERNATIVES:
            return UNKNOWN
        return tuple(_formatted(shape, choice) for choice in product(*given))

    def _true(self) -> LocatedText:
        return unaligned("true", self._own)

    def _false(self) -> LocatedText:
        return unaligned("", self._own)


def _formatted(shape: LocatedText, choice: Texts) -> LocatedText | None:
    holes = (int(found[1]) for found in _HOLE.finditer(shape.text) if found[1])
    if any(index >= len(choice) or choice[index] is None for index in holes):
        return None

    def give(_found: object, own: LocatedText) -> LocatedText | None:
        index = own.text[1:-1]
        return choice[int(index)] if index.isdigit() else unaligned(own.text[:1], own)

    return filled(shape, _HOLE, give)


def _bounded(values: Texts) -> Texts:
    return values if len(values) <= MAX_ALTERNATIVES else UNKNOWN


def _may_hold(value: LocatedText | None) -> bool:
    return value is None or not value.known or value.text != ""


def _may_fail(value: LocatedText | None) -> bool:
    return value is None or not value.known or value.text == ""


def _is_plain(value: LocatedText) -> bool:
    """Whether JSON is a word or a number, which stays what it is."""
    return value.known and value.text[:1] not in {"[", "{", '"'}
