"""Words as the shell makes them of quotes, escapes, variables and substitutions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.fields import Fields
from immutable_delivery.syntax.shell.mask import GLUE
from immutable_delivery.syntax.shell.patterns import kept
from immutable_delivery.syntax.shell.source import Source, Word
from immutable_delivery.syntax.shell.variables import Value, Variables

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 40

_PLAIN = frozenset(("word", "number", "regex", "extglob_pattern", "variable_name", "test_operator"))
_SPECIAL = lazy(r"[\\\x01{$]", needs=("\\", "\x01", "{", "$"))
_NAME = r"\$(?P<name>[A-Za-z_]\w*|[0-9@*#?!])"
_UNQUOTED = lazy(rf"\\.|\x01+|{_NAME}", re.DOTALL)
_QUOTED = lazy(rf'\\[$`"\\]|\x01+|{_NAME}')
_ALONE = lazy(r'"?\$\{?([A-Za-z_]\w*)\}?"?')
_OWN = "BASH_SOURCE[0]"
_CUTS = frozenset(("#", "##", "%", "%%"))
_SIMPLE = lazy(r"[\w./:@+*?-]{1,100}")
"""A pattern without quotes, variables and classes."""
_FOLLOWED = frozenset((":-", "-", ":=", "=", ":+", "+", ":?", "?"))


class Variable(Record, frozen=True):
    """A use of a variable: `$X`, `${X:-d}`."""

    name: str
    start: int
    end: int
    operator: str = ""
    """`?!`, which is none, for all that are not followed: the value is unknown."""
    operand: list[Node] = field(default_factory=list)


class Expander:
    """Expands the words of one script.

    ``substitute`` runs a substitution and tells its calls, ``printed`` tells what calls print, None where nobody knows.
    """

    def __init__(
        self,
        source: Source,
        variables: Variables,
        substitute: Callable[[Node], list[int]],
        printed: Callable[[list[int]], LocatedText | None],
    ) -> None:
        self.printed = printed
        self.source = source
        self.variables = variables
        self.substitute = substitute
        self._depth = 0

    def words(self, node: Node) -> list[Word]:
        """Return the words that a node of the grammar expands to: none, one or several."""
        kind, start, end = node.type, node.start_byte, node.end_byte
        text = self.source.clean[start:end]
        if kind in _PLAIN and not (_SPECIAL.search(text) or self._is_filled(start, end)):
            return [Word(text, source=self.source, start=start, end=end)]
        if kind == "raw_string" and not (self.source.glued or self.source.hidden):
            text = text[1:-1] if text.endswith("'") else text[1:]
            start += 1
            end = start + len(text)
            return [Word(text, quoted=True, source=self.source, start=start, end=end)]
        if kind == "process_substitution":
            calls = tuple(self.substitute(node))
            return [Word(text, (text,), calls, text[:1], source=self.source, start=start, end=end)]
        fields = Fields(self.source, start, end)
        self._add(fields, node)
        return unbraced(fields.finish())

    def program(self, node: Node) -> list[Word]:
        """Return the words of a command's name: of a variable that branches set, one of what they set."""
        words = self.words(node)
        if not words or words[0].known:
            return words
        name = _ALONE.fullmatch(self.source.clean, node.start_byte, node.end_byte)
        likely = self.variables.likely(name[1]) if name else None
        if likely is None:
            return words
        fields = Fields(self.source, node.start_byte, node.end_byte)
        fields.value(Word.of(likely), quoted=False)
        run = fields.finish()
        return run if all(word.known for word in run[:1]) else words

    def _is_filled(self, start: int, end: int) -> bool:
        """Whether somebody else fills in a part of a stretch before a shell reads it."""
        hidden = self.source.hidden
        return hidden is not None and hidden.search(self.source.clean, start, end) is not None

    def one(self, node: Node) -> Word:
        """Return a node as one word: the value of an assignment."""
        start, end = node.start_byte, node.end_byte
        fields = Fields(self.source, start, end, split=False)
        self._add(fields, node)
        words = fields.finish()
        return words[0] if len(words) == 1 else Word("", source=self.source, start=end, end=end)

    def _add(self, fields: Fields, node: Node, *, quoted: bool = False) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            fields.unknown(node.start_byte, node.end_byte, "…")
        else:
            self._add_kind(fields, node, quoted=quoted)
        self._depth -= 1

    def _add_kind(self, fields: Fields, node: Node, *, quoted: bool) -> None:
        start, end, text = node.start_byte, node.end_byte, self.source.clean
        match node.type:
            case "concatenation":
                for child in node.children:
                    self._add(fields, child, quoted=quoted)
            case "string":
                first = text.index('"', start) + 1
                last = end - 1 if end > first and text[end - 1] == '"' else end
                self._string(fields, first, last, node.children)
            case "raw_string":
                closed = end - start > 1 and text[end - 1] == "'"
                fields.raw(start + 1, end - closed)
            case "ansi_c_string":
                fields.decoded(start, end)
            case "simple_expansion" | "expansion":
                self._value(fields, _variable(node, text), quoted=quoted)
            case "command_substitution":
                calls = self.substitute(node)
                said = self.printed(calls)
                if said is None or not said.known:
                    fields.unknown(start, end, text[start:end], tuple(calls))
                else:
                    fields.value(Word.of(said), quoted=quoted)
            case "arithmetic_expansion" | "process_substitution":
                fields.unknown(start, end, text[start:end], tuple(self.substitute(node)))
            case _:
                self._stretch(fields, start, end, quoted=quoted)

    def _string(self, fields: Fields, start: int, end: int, children: Iterable[Node]) -> None:
        """Add quoted text: the grammar leaves out blanks, so what is between expansions counts."""
        fields.quoted = True
        for child in children:
            if child.child_count and start <= child.start_byte < end:
                self._stretch(fields, start, child.start_byte, quoted=True)
                self._add(fields, child, quoted=True)
                start = child.end_byte
        self._stretch(fields, start, end, quoted=True)

    def _stretch(self, fields: Fields, start: int, end: int, *, quoted: bool) -> None:
        """Add a stretch of the script; substitutions in it that have run already have no value."""
        for match in self.source.filled_in(start, end):
            self._literal(fields, start, match.start(), quoted=quoted)
            fields.unknown(*match.span(), match[0])
            start = match.end()
        self._literal(fields, start, end, quoted=quoted)

    def _literal(self, fields: Fields, start: int, end: int, *, quoted: bool) -> None:
        """Add text: escapes go, and `$name`, which the grammar does not see, is replaced."""
        text, at = self.source.clean, start
        for match in (_QUOTED if quoted else _UNQUOTED).finditer(text, start, end):
            fields.plain(at, match.start())
            at = match.end()
            if match["name"]:
                self._value(fields, Variable(match["name"], *match.span()), quoted=quoted)
            elif match[0][0] != GLUE:
                fields.plain(at - 1, at)
        fields.plain(at, end)

    def _value(self, fields: Fields, variable: Variable, *, quoted: bool) -> None:
        name, operator = variable.name, variable.operator
        value = self._cut(variable) if operator in _CUTS else self.variables.get(name, operator)
        empty = value == ""
        if operator in {":+", "+"} and value is not None:
            self._operand(fields, [] if empty else variable.operand, quoted=quoted)
        elif empty and operator in {":-", "-", ":=", "="}:
            before = len(fields.parts)
            self._operand(fields, variable.operand, quoted=quoted)
            if operator in {":=", "="}:
                self.variables.set(name, fields.since(before))
        elif isinstance(value, list):
            fields.several(value)
        elif isinstance(value, Word):
            fields.value(value, quoted=quoted)
        elif value is None or not self.variables.settled(name):
            fields.unknown(variable.start, variable.end, name, self.variables.calls(name))

    def _cut(self, variable: Variable) -> Value | str:
        """Return the value without what a pattern says of its beginning or end."""
        value = self.variables.get(variable.name)
        nodes = variable.operand
        pattern = self.source.clean[nodes[0].start_byte : nodes[-1].end_byte] if nodes else ""
        if not isinstance(value, Word) or not value.known or not _SIMPLE.fullmatch(pattern):
            return None
        if pattern.count("*") > 1:  # which takes a regular expression too long
            return None
        written = value.written
        return Word.of(written.slice(*kept(written.text, variable.operator, pattern)))

    def _operand(self, fields: Fields, nodes: list[Node], *, quoted: bool) -> None:
        for child in nodes:
            self._add(fields, child, quoted=quoted)


def _variable(node: Node, text: str) -> Variable:
    """Read `$X`, `${X}`, `${X[@]}` and `${X:-d}`."""
    start, end = node.start_byte, node.end_byte
    children = [child for child in node.children if child.type not in {"$", "${", "}"}]
    head, tail = (children[0], children[1:]) if children else (node, [])
    name = text[head.start_byte : head.end_byte]
    if head.type == "subscript" and not tail and name.endswith(("[@]", "[*]")):
        return Variable(name[:-3], start, end)
    if name == _OWN:
        name = _OWN[:-3]
    elif head.type not in {"variable_name", "special_variable_name"}:
        return Variable(name, start, end, "?!")
    if not tail:
        return Variable(name, start, end)
    operator = text[tail[0].start_byte : tail[0].end_byte]
    known = operator in _FOLLOWED or operator in _CUTS
    return Variable(name, start, end, operator if known else "?!", tail[1:])


MAX_WORDS = 64
_BRACES = lazy(r"\{([^{}]*,[^{}]*)\}")


def unbraced(words: list[Word]) -> list[Word]:
    """Return the words with their braces expanded, as long as they stay few."""
    if not any("{" in word.text for word in words):
        return words
    return [part for word in words for part in _expanded(word)]


def _expanded(word: Word) -> list[Word]:
    pieces = _BRACES.split(word.text) if word.known and not word.quoted else [word.text]
    choices = [piece.split(",") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    if len(pieces) == 1 or prod(map(len, choices)) > MAX_WORDS:
        return [word]
    place = word.place
    texts = ["".join(choice) for choice in product(*choices)]
    return [Word.of(LocatedText.unaligned(text, place)) for text in texts]
