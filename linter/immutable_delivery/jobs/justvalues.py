"""Values of justfiles: strings, variables and what joins them, as far as the files tell.

The reference is https://just.systems/man/en/expressions-and-substitutions.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.jobs.taskvalues import is_short
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.just import Expression, Token, content, tokens
from immutable_delivery.syntax.just.tokens import turn

MAX_DEPTH = 20
MAX_WORDS = 100
"""Longer expressions are not known."""

_REFERENCE = lazy(r"\{\{\{\{|\{\{.{0,500}?\}\}")
_DEFAULTED = frozenset(("env", "env_var_or_default"))
_FOLDERS = frozenset(("justfile_directory", "justfile_dir", "source_directory", "source_dir"))
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE = lazy(r"\\([ntr\"\\])")


Given = Mapping[str, LocatedText | None]
"""What a recipe is given, by the names of its parameters."""


class Values:
    """The variables of a justfile, each worked out when it is asked for."""

    def __init__(self, variables: Mapping[str, Expression | LocatedText], folder: str) -> None:
        self._variables = variables
        self._folder = folder
        """The folder of the justfile, as its recipes see it."""
        self._known: dict[str, LocatedText | None] = {}

    def put_in(self, written: LocatedText, given: Given) -> LocatedText:
        """Return a line with its expressions put in; what nobody knows stays as it is written, and is unresolved."""
        if "{{" not in written.text:
            return written
        return filled(written, _REFERENCE, lambda _found, own: self._piece(own, given))

    def named(self, name: str, depth: int = 0) -> LocatedText | None:
        """Return the value of a variable."""
        if name not in self._known:
            self._known[name] = None  # one that names itself has no value
            said = self._variables.get(name)
            held = self.value(said, {}, depth + 1) if isinstance(said, tuple) else said
            self._known[name] = held if held is None or is_short(held) else None
        return self._known[name]

    def value(self, expression: Expression, given: Given, depth: int = 0) -> LocatedText | None:
        """Return what an expression comes to: its parts, joined by `+` and `/`; None where nobody knows."""
        if not expression or len(expression) > MAX_WORDS or depth > MAX_DEPTH:
            return None
        parts: list[LocatedText] = []
        for operand in _operands(expression):
            sign = operand[0] if operand[0].text == "/" else None
            value = self._operand(operand[1:] if sign else operand, given, depth)
            if value is None:
                return None
            parts += [sign.written, value] if sign else [value]
        if len(parts) == 1:
            return parts[0]
        return LocatedText.joined(parts, expression[0].written.used_at)

    def _piece(self, own: LocatedText, given: Given) -> LocatedText | None:
        if own.text == "{{{{":
            return unaligned("{{", own)
        inner = own.slice(2, len(own.text) - 2)
        return self.value(tuple(one for one in tokens(inner) if one.kind != "end"), given)

    def _operand(self, operand: Expression, given: Given, depth: int) -> LocatedText | None:
        match [token.text for token in operand]:
            case [_] if operand[0].kind == "string":
                return _string(operand[0])
            case [name] if operand[0].kind == "name":
                return given[name] if name in given else self.named(name, depth)
            case ["(", *_, ")"]:
                return self.value(operand[1:-1], given, depth + 1)
            case [name, "(", ")"] if name in _FOLDERS:
                return unaligned(self._folder, operand[0].written)
            case [name, "(", _, ",", *_, ")"] if name in _DEFAULTED:
                return self.value(operand[4:-1], given, depth + 1)
        return None


def _operands(expression: Expression) -> Iterator[Expression]:
    """Yield what `+` and `/` join, behind a `/` with it."""
    depth, begun = 0, 0
    for at, token in enumerate(expression):
        depth += turn(token)
        if not depth and token.text in {"+", "/"} and at > begun:
            yield expression[begun:at]
            begun = at + (token.text == "+")
    if begun < len(expression):
        yield expression[begun:]


def _string(token: Token) -> LocatedText:
    written = content(token)
    if token.text.startswith('"') and "\\" in written.text:
        return unaligned(_ESCAPE.sub(lambda found: _ESCAPES[found[1]], written.text), written)
    return written
