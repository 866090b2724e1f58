"""Makefiles: rules with their recipes, variables and includes, by make's own grammar; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.grammars import parser

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_LENGTH = 1_000_000
MAX_DEPTH = 20
MAX_VALUE = 10_000
MAX_PARTS = 1_000
"""A text put together from more parts than these is not known."""

_UNPLAIN = lazy(r"[^\x01-\x7f]")
_REFERENCE = lazy(
    r"\$(?:\$|\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\}|(?P<call>[({])|(?P<short>.))", re.DOTALL
)
_MARKS = lazy(r"[-@+\s]*")
_NESTED = lazy(r"[$(){}]")

Variables = dict[str, LocatedText | None]
"""Values as they are written; None for one that has several, or that only a command tells."""


class Rule(Record, frozen=True):
    """How targets are made."""

    targets: tuple[LocatedText, ...]
    needs: tuple[str, ...]
    """What is made before."""
    lines: tuple[LocatedText, ...]
    """The recipe: each line, continued ones as one, is for a shell of its own."""
    extent: Place


class Makefile(Record):
    """What a Makefile says by itself."""

    path: str
    rules: list[Rule] = field(default_factory=list)
    variables: Variables = field(default_factory=dict)
    includes: list[LocatedText] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    too_long: bool = False


def parse(text: Text) -> Makefile:
    """Return what a Makefile says."""
    found = Makefile(text.path, too_long=len(text.value) > MAX_LENGTH)
    if not found.too_long:
        plain = _UNPLAIN.sub("_", text.value).encode("ascii")
        _Reader(text, found).read(parser("make").parse(plain).root_node)
    return found


class _Reader:
    """Walks over the tree of one file."""

    def __init__(self, text: Text, into: Makefile) -> None:
        self._text = text
        self._into = into

    def read(self, root: Node) -> None:
        """Take rules and variables, whatever condition they stand under."""
        waiting = [(root, False)]
        while waiting:
            node, conditional = waiting.pop()
            match node.type:
                case "rule":
                    self._rule(node)
                case "variable_assignment":
                    self._assignment(node, conditional=conditional)
                case "include_directive":
                    words = (word for child in node.named_children for word in _words(child))
                    self._into.includes += (self._literal(word) for word in words)
                case "comment":
                    self._into.comments.append((node.start_byte, node.end_byte))
                case "define_directive":
                    self._defined(node)
                case kind:
                    inside = conditional or kind == "conditional"
                    waiting += [(child, inside) for child in reversed(node.children)]

    def _rule(self, node: Node) -> None:
        targets = [
            word for child in node.children if child.type == "targets" for word in _words(child)
        ]
        needs = [
            w for child in node.children if child.type == "prerequisites" for w in _words(child)
        ]
        lines = [
            line for child in node.children if child.type == "recipe" for line in _lines(child)
        ]
        self._into.rules.append(
            Rule(
                tuple(self._literal(word) for word in targets),
                tuple(self._written(word) for word in needs),
                tuple(filter(None, map(self._line, lines))),
                self._place(node.start_byte, _end(node, self._text.value)),
            )
        )
        self._into.comments += (
            (c.start_byte, c.end_byte) for c in node.children if c.type == "comment"
        )

    def _line(self, node: Node) -> LocatedText | None:
        """Return a line of a recipe without the marks that make takes for itself."""
        start = _MARKS.match(self._text.value, node.start_byte, node.end_byte)
        begin = start.end() if start else node.start_byte
        return self._stretch(begin, node.end_byte) if begin < node.end_byte else None

    def _assignment(self, node: Node, *, conditional: bool) -> None:
        children = node.children
        at = next((i for i, child in enumerate(children) if child.type in _OPERATORS), None)
        names = [child for child in children[:at] if child.type == "word"]
        if at is None or len(names) != 1 or children[0].type == "list":
            return
        value = children[at + 1] if at + 1 < len(children) else None
        written = self._literal(value) if value is not None else None
        self._assign(self._written(names[0]), children[at].type, written, conditional=conditional)

    def _assign(
        self, name: str, operator: str, value: LocatedText | None, *, conditional: bool
    ) -> None:
        known = self._into.variables
        if (
            operator == "!="
            or (operator == "+=" and name in known)
            or (conditional and name in known)
        ):
            known[name] = None
        elif operator != "?=" or name not in known:
            known[name] = value

    def _defined(self, node: Node) -> None:
        name = next((child for child in node.named_children if child.type == "word"), None)
        if name is not None:
            self._into.variables[self._written(name)] = None

    def _literal(self, node: Node) -> LocatedText:
        return self._stretch(node.start_byte, _end(node, self._text.value))

    def _stretch(self, start: int, end: int) -> LocatedText:
        return LocatedText.literal(self._text.value[start:end], self._place(start, end))

    def _written(self, node: Node) -> str:
        return self._text.value[node.start_byte : node.end_byte]

    def _place(self, start: int, end: int) -> Place:
        return Place(self._text.path, span(start, end))


def span(start: int, end: int) -> Span:
    """Return a span that is none of nothing."""
    return Span(start, max(start, end))


_OPERATORS = frozenset(("=", ":=", "::=", "?=", "+=", "!=", ":::="))


def _words(node: Node) -> Iterator[Node]:
    """Yield the words of a list, also those that hold variables."""
    if node.type in {"list", "targets", "prerequisites"}:
        for child in node.named_children:
            yield from _words(child)
    elif node.type != "comment":
        yield node


def _lines(node: Node) -> Iterator[Node]:
    """Yield the lines of a recipe, whatever condition they stand under."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "recipe_line":
            yield current
        else:
            waiting += reversed(current.children)


def _end(node: Node, value: str) -> int:
    return len(value[node.start_byte : node.end_byte].rstrip()) + node.start_byte


def expanded(written: LocatedText, variables: Variables) -> LocatedText:
    """Return a text with make's variables replaced; what has no value here stays as it is written, and is unresolved."""
    parts: list[LocatedText] = []
    _expand(written, variables, parts, frozenset())
    if len(parts) == 1 and parts[0].text == written.text:
        return parts[0]
    return LocatedText.joined(parts, written.used_at)


def _expand(
    written: LocatedText, variables: Variables, parts: list[LocatedText], within: frozenset[str]
) -> None:
    text, at = written.text, 0
    while match := _REFERENCE.search(text, at):
        if match.start() > at:
            parts.append(written.slice(at, match.start()))
        name = match["round"] or match["curly"] or match["short"] or ""
        at = _closed(text, match.end()) if match["call"] else match.end()
        value = variables.get(name)
        if match[0] == "$$":
            place = written.place(match.start(), at)
            parts.append(LocatedText.unaligned("$", place))
        elif (
            value is None
            or len(parts) > MAX_PARTS
            or name in within
            or len(within) >= MAX_DEPTH
            or len(value.text) > MAX_VALUE
        ):
            parts.append(_unknown(written, match.start(), at))
        else:
            _expand(value, variables, parts, within | {name})
    if at < len(text) or not parts:
        parts.append(written.slice(at))


def _unknown(written: LocatedText, start: int, end: int) -> LocatedText:
    piece = written.slice(start, end)
    return LocatedText(piece.text, piece.segments, piece.used_at, (*piece.unresolved, piece.text))


def _closed(text: str, at: int) -> int:
    """Return where a call of a function ends that has begun before: `$(shell git rev-parse HEAD)`."""
    depth = 1
    for match in _NESTED.finditer(text, at):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(text)


def names(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """Return the rules by their targets; patterns and targets that only a variable tells are none."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for target in rule.targets:
            if "%" not in target.text and "$" not in target.text:
                found.setdefault(target.text, []).append(rule)
    return found
