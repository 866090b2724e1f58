"""One action, parsed: what Go's grammar makes of the words between `{{` and `}}`.

Offsets are counted from the action's own start, and variables are names: the same action is parsed once, wherever it stands.
"""

from __future__ import annotations

from functools import lru_cache

from immutable_delivery.records import Record
from immutable_delivery.syntax.gotemplate.lexer import BadActionError, Token, tokens
from immutable_delivery.syntax.gotemplate.literals import character, number, unquote
from immutable_delivery.syntax.gotemplate.nodes import Node

MAX_NESTING = 100
"""Deeper nesting is refused: no template that a person wrote has it."""

_REMEMBERED = 20_000
_LONGEST = 2_000
"""A longer action is not remembered."""

_KEYWORDS = frozenset("block define else end if range template with break continue".split())
_NAMED = frozenset({"block", "define", "template"})
_CONTROL = frozenset({"if", "with", "range"})
_CONSTANTS = {"true": True, "false": False}
_CLOSING = frozenset({"|", ")"})
_SETS = frozenset({":=", "=", ","})
_EXECUTABLE = frozenset({"call", "method", "fields", "variable", "chain", "group"})


class Action(Record, frozen=True):
    """An action."""

    word: str
    """Its keyword (`else if` is one), or nothing."""
    expression: Node | None = None
    names: tuple[Token, ...] = ()
    """The variables that it sets: name, start and end."""
    declares: bool = False
    """Whether it declares them."""
    uses: tuple[Token, ...] = ()
    """The variables that its expression needs."""
    label: str = ""
    """The name that a `define`, `block` or `template` gives."""


def parse_action(text: str) -> Action:
    """Return an action; raise BadActionError."""
    return _remembered(text) if len(text) < _LONGEST else _Parser(text).action()


@lru_cache(maxsize=_REMEMBERED)
def _remembered(text: str) -> Action:
    return _Parser(text).action()


class _Parser:
    """Parses one action."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0
        self._uses: list[Token] = []

    def action(self) -> Action:
        if not self._tokens:
            raise BadActionError("says nothing: a value is missing", 0, len(self._text))
        word = self._word(0)
        if word not in _KEYWORDS:
            return self._assigned("", 1)
        self._at = 1
        if word in _CONTROL:
            return self._head(word)
        if word in _NAMED:
            return self._labelled(word)
        if word == "else" and len(self._tokens) > 1:
            self._at = 2
            return self._head(f"else {self._word(1)}")
        if len(self._tokens) > 1:
            raise self._error(f"{{{{ {word} }}}} takes nothing")
        return Action(word)

    def _word(self, index: int) -> str:
        kind, start, end = self._tokens[index]
        return self._text[start:end] if kind == "word" else ""

    def _head(self, word: str) -> Action:
        if self._at >= len(self._tokens):
            raise self._error(f"a value for {word} is missing")
        return self._assigned(word, 2 if word == "range" else 1)

    def _assigned(self, word: str, most: int) -> Action:
        names, declares = self._names(most)
        expression = self._whole()
        return Action(word, expression, names, declares, tuple(self._uses))

    def _labelled(self, word: str) -> Action:
        kind, start, end = self._tokens[1] if len(self._tokens) > 1 else ("", 0, 0)
        if kind not in {"string", "raw"}:
            raise self._error(f"{{{{ {word} }}}} needs a name in quotes")
        self._at = 2
        label = str(self._value(kind, start, end))
        rest = self._at < len(self._tokens)
        if rest and word == "define":
            raise self._error("{{ define }} takes one name in quotes")
        if not rest and word == "block":
            raise self._error("{{ block }} needs the value for its dot")
        expression = self._whole() if rest else None
        return Action(word, expression, uses=tuple(self._uses), label=label)

    def _error(self, reason: str) -> BadActionError:
        if self._at < len(self._tokens):
            _, start, end = self._tokens[self._at]
            return BadActionError(reason, start, end)
        return BadActionError(reason, max(len(self._text) - len("}}"), 0), len(self._text))

    def _names(self, most: int) -> tuple[tuple[Token, ...], bool]:
        """Take the variables that are set, if any are."""
        found, at, names = self._tokens, self._at, list[Token]()
        while at + 1 < len(found) and found[at][0] == "variable" and found[at + 1][0] in _SETS:
            _, start, end = found[at]
            names.append((self._text[start:end], start, end))
            mark = found[at + 1][0]
            at += 2
            if mark != ",":
                self._at = at
                return tuple(names), mark == ":="
            if len(names) == most:
                break
        return (), False

    def _whole(self) -> Node:
        """Parse all that is left as a pipeline."""
        expression = self._pipeline()
        if self._at < len(self._tokens):
            _, start, end = self._tokens[self._at]
            raise self._error(f"{self._text[start:end]} has no meaning here")
        return expression

    def _pipeline(self) -> Node:
        """Parse commands; each gets the value of the one before as its last argument."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._error(f"is nested more than {MAX_NESTING} levels deep")
        value, stages, found = self._command(None), 1, self._tokens
        while self._at < len(found) and found[self._at][0] == "|":
            self._at += 1
            stages += 1
            if stages > MAX_NESTING:
                raise self._error(f"is a pipeline of more than {MAX_NESTING} commands")
            if self._at == len(found) or found[self._at][0] == ")":  # Go lets a pipeline end so
                break
            value = self._command(value)
        self._depth -= 1
        return value

    def _command(self, final: Node | None) -> Node:
        operands = self._operands()
        first, arguments = operands[0], operands[1:]
        if final is not None:
            if first[0] not in _EXECUTABLE:
                reason = "a pipeline hands its value to what is no function"
                raise BadActionError(reason, first[1], first[2])
            arguments.append(("piped", final[1], final[2], final))
        return _applied(first, arguments)

    def _operands(self) -> list[Node]:
        operands: list[Node] = []
        found, last = self._tokens, -1
        while self._at < len(found):
            kind, start, end = found[self._at]
            if kind in _CLOSING:
                break
            if start == last and kind != "fields":
                raise self._error("a space is missing before this")
            if start == last:
                names = self._text[start + 1 : end].split(".")
                operands[-1] = _chained(operands[-1], names, end)
                self._at += 1
            else:
                operands.append(self._term(kind, start, end))
            last = found[self._at - 1][2]
        if not operands:
            raise self._error("a command is missing")
        return operands

    def _term(self, kind: str, start: int, end: int) -> Node:
        if kind == "word":
            return self._named(start, end)
        self._at += 1
        match kind:
            case "fields":
                return ("fields", start, end, self._text[start + 1 : end].split("."))
            case "variable":
                name = self._text[start:end]
                self._uses.append((name, start, end))
                return ("variable", start, end, name, [])
            case "(":
                return self._parenthesised(start, end)
            case "dot":
                return ("dot", start, end)
            case _:
                return ("constant", start, end, self._value(kind, start, end))

    def _named(self, start: int, end: int) -> Node:
        word = self._text[start:end]
        if word in _KEYWORDS:
            raise self._error(f"{word} has no meaning here")
        self._at += 1
        if word in _CONSTANTS:
            return ("constant", start, end, _CONSTANTS[word])
        return ("nil", start, end) if word == "nil" else ("call", start, end, word, [])

    def _parenthesised(self, start: int, end: int) -> Node:
        node = self._pipeline()
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != ")":
            raise BadActionError("a parenthesis is not closed", start, end)
        end = self._tokens[self._at][2]
        self._at += 1
        return ("group", start, end, node)

    def _value(self, kind: str, start: int, end: int) -> object:
        written = self._text[start:end]
        if kind not in _READERS:
            raise BadActionError(f"{written} has no meaning here", start, end)
        try:
            return _READERS[kind](written)
        except (ValueError, OverflowError):
            what = "text" if kind == "string" else "number"
            raise BadActionError(f"{written[:40]} is no {what} that Go reads", start, end) from None


def _raw(written: str) -> str:
    return written[1:-1].replace("\r", "")


_READERS = {"number": number, "character": character, "raw": _raw, "string": unquote}


def _applied(first: Node, arguments: list[Node]) -> Node:
    if first[0] == "call" and not first[4]:
        return ("call", first[1], first[2], first[3], arguments)
    if arguments:
        return ("method", first[1], first[2], first, arguments)
    if first[0] == "nil":
        raise BadActionError("nil is no command", first[1], first[2])
    return first


def _chained(node: Node, names: list[str], end: int) -> Node:
    if node[0] == "variable":
        return ("variable", node[1], end, node[3], names)
    if node[0] in {"constant", "nil", "dot"}:
        raise BadActionError("a constant has no fields", node[1], end)
    return ("chain", node[1], end, node, names)
