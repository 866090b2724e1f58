"""The expressions of an action: pipelines, commands, operands, and which variable a name means."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.lexer import Action, Token
from immutable_delivery.syntax.gotemplate.literals import character, number, unquote
from immutable_delivery.syntax.gotemplate.nodes import Node
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.source import Source
from immutable_delivery.syntax.gotemplate.traced import Derived, Traced

MAX_NESTING = 100
"""Deeper nesting is refused: no template that a person wrote has it."""

_KEYWORDS = {
    "block",
    "define",
    "else",
    "end",
    "if",
    "range",
    "template",
    "with",
    "break",
    "continue",
}
_CONSTANTS = {"true": True, "false": False}
_EXECUTABLE = {"call", "method", "fields", "variable", "chain", "group"}


class Pipelines:
    """Parses the actions of one template, whose variables it knows."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._variables: list[tuple[str, int]] = [("$", 0)]
        self.slots = 1
        self._tokens: list[Token] = []
        self._at = 0
        self._end = 0
        self._depth = 0

    def enter(self) -> int:
        """Begin a scope."""
        return len(self._variables)

    def leave(self, mark: int) -> None:
        """End a scope."""
        del self._variables[mark:]

    def statement(self, item: Action) -> Node:
        """Parse an action that is a pipeline, or the assignment of one."""
        self._begin(item, 0)
        names, declares = self._names(1)
        expression = self._pipeline()
        self._finished()
        if not names:
            return ("print", item.start, item.end, expression)
        slot = self._declare(names[0]) if declares else self._slot(names[0])
        return ("assign", item.start, item.end, slot, expression)

    def condition(self, item: Action, word: str, first: int) -> tuple[list[int], Node]:
        """Parse what follows `if`, `with` or `range`: the variables that it sets, and the pipeline."""
        self._begin(item, first)
        names, declares = self._names(2 if word == "range" else 1)
        if self._at >= len(self._tokens):
            raise self._error(f"a value for {word} is missing")
        expression = self._pipeline()
        self._finished()
        return [self._declare(name) if declares else self._slot(name) for name in names], expression

    def name(self, item: Action, word: str) -> str:
        """Return the name that a `define`, `block` or `template` gives in quotes."""
        if len(item.tokens) > 1 and item.tokens[1][0] in {"string", "raw"}:
            _, start, end = item.tokens[1]
            try:
                return unquote(self._text[start:end])
            except ValueError:
                pass
        raise self._source.error(f"{{{{ {word} }}}} needs a name in quotes", item.start, item.end)

    def rest(self, item: Action, first: int) -> Node:
        """Parse what follows as a pipeline."""
        self._begin(item, first)
        expression = self._pipeline()
        self._finished()
        return expression

    def _begin(self, item: Action, first: int) -> None:
        self._tokens, self._at, self._end = item.tokens, first, item.end
        self._depth = 0

    def _error(self, reason: str) -> TemplateError:
        if self._at < len(self._tokens):
            _, start, end = self._tokens[self._at]
            return self._source.error(reason, start, end)
        return self._source.error(reason, max(self._end - 2, 0), self._end)

    def _peek(self) -> str:
        """Return the mark that comes next."""
        if self._at < len(self._tokens):
            kind, start, end = self._tokens[self._at]
            return self._text[start:end] if kind == "mark" else kind
        return ""

    def _names(self, most: int) -> tuple[list[Token], bool]:
        """Take the variables that are set, if any are."""
        tokens, names, at = self._tokens, [], self._at
        while at + 1 < len(tokens) and tokens[at][0] == "variable" and tokens[at + 1][0] == "mark":
            names.append(tokens[at])
            mark = self._text[tokens[at + 1][1] : tokens[at + 1][2]]
            at += 2
            if mark in {":=", "="}:
                self._at = at
                return names, mark == ":="
            if mark != "," or len(names) == most:
                break
        return [], False

    def _declare(self, token: Token) -> int:
        self._variables.append((self._text[token[1] : token[2]], self.slots))
        self.slots += 1
        return self.slots - 1

    def _slot(self, token: Token) -> int:
        name = self._text[token[1] : token[2]]
        for known, slot in reversed(self._variables):
            if known == name:
                return slot
        raise self._source.error(f"nothing has declared {name}", token[1], token[2])

    def _finished(self) -> None:
        if self._at < len(self._tokens):
            _, start, end = self._tokens[self._at]
            raise self._error(f"{self._text[start:end]} has no meaning here")

    def _pipeline(self) -> Node:
        """Parse commands; each gets the value of the one before as its last argument."""
        self._deeper()
        value = self._command(None)
        stages = 1
        while self._peek() == "|":
            self._at += 1
            stages += 1
            if stages > MAX_NESTING:
                raise self._error(f"is a pipeline of more than {MAX_NESTING} commands")
            value = self._command(value)
        self._depth -= 1
        return value

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._error(f"is nested more than {MAX_NESTING} levels deep")

    def _command(self, final: Node | None) -> Node:
        operands: list[Node] = []
        while self._peek() not in {"", "|", ")"}:
            if operands and self._tokens[self._at - 1][2] == self._tokens[self._at][1]:
                raise self._error("a space is missing before this")
            operands.append(self._operand())
        if not operands:
            raise self._error("a command is missing")
        first, arguments = operands[0], operands[1:]
        if final is not None:
            if first[0] not in _EXECUTABLE:
                raise self._source.error(
                    "a pipeline hands its value to what is no function", first[1], first[2]
                )
            arguments.append(("group", final[1], final[2], final))
        return self._applied(first, arguments)

    def _applied(self, first: Node, arguments: list[Node]) -> Node:
        if first[0] == "call" and not first[4]:
            return ("call", first[1], first[2], first[3], arguments)
        if not arguments:
            if first[0] == "nil":
                raise self._source.error("nil is no command", first[1], first[2])
            return first
        return ("method", first[1], first[2], first, arguments)

    def _operand(self) -> Node:
        node = self._term()
        if self._at < len(self._tokens):
            kind, start, end = self._tokens[self._at]
            if kind == "fields" and start == self._tokens[self._at - 1][2]:
                self._at += 1
                return self._chained(node, self._text[start + 1 : end].split("."), end)
        return node

    def _chained(self, node: Node, names: list[str], end: int) -> Node:
        if node[0] == "variable":
            return ("variable", node[1], end, node[3], names)
        if node[0] in {"constant", "nil", "dot"}:
            raise self._source.error("a constant has no fields", node[1], end)
        return ("chain", node[1], end, node, names)

    def _term(self) -> Node:
        kind, start, end = self._tokens[self._at]
        match kind:
            case "fields":
                self._at += 1
                return ("fields", start, end, self._text[start + 1 : end].split("."))
            case "word":
                return self._named(start, end)
            case "variable":
                self._at += 1
                return ("variable", start, end, self._slot((kind, start, end)), [])
            case "dot":
                self._at += 1
                return ("dot", start, end)
            case "mark":
                return self._parenthesised(start, end)
            case _:
                return self._constant(kind, start, end)

    def _named(self, start: int, end: int) -> Node:
        word = self._text[start:end]
        if word in _KEYWORDS:
            raise self._error(f"{word} has no meaning here")
        self._at += 1
        if word in _CONSTANTS:
            return ("constant", start, end, _CONSTANTS[word])
        return ("nil", start, end) if word == "nil" else ("call", start, end, word, [])

    def _parenthesised(self, start: int, end: int) -> Node:
        if self._text[start:end] != "(":
            raise self._error(f"{self._text[start:end]} has no meaning here")
        self._at += 1
        node = self._pipeline()
        if self._peek() != ")":
            raise self._source.error("a parenthesis is not closed", start, end)
        end = self._tokens[self._at][2]
        self._at += 1
        return ("group", start, end, node)

    def _constant(self, kind: str, start: int, end: int) -> Node:
        written = self._text[start:end]
        try:
            value = self._value(kind, written, start, end)
        except (ValueError, OverflowError):
            raise self._error(
                f"{written[:40]} is no {'text' if kind == 'string' else 'number'} that Go reads"
            ) from None
        self._at += 1
        return ("constant", start, end, value)

    def _value(self, kind: str, written: str, start: int, end: int) -> object:
        if kind == "number":
            return number(written)
        if kind == "character":
            return character(written)
        if kind == "raw" and "\r" in written:
            return written[1:-1].replace("\r", "")
        value = written[1:-1] if kind == "raw" else unquote(written)
        piece = self._source.piece(start + 1, end - 1)
        return piece if piece == value else Traced(value, Derived(piece))
