"""Words as the shell makes them of quotes, escapes, variables, substitutions and braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import product
from typing import TYPE_CHECKING

from immutable_delivery.formats.shell.mask import GLUE
from immutable_delivery.formats.shell.source import Source, Word
from immutable_delivery.formats.shell.variables import Variables
from immutable_delivery.written import Piece, Written

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 40
MAX_BRACES = 64

_PLAIN = frozenset(("word", "number", "regex", "extglob_pattern", "variable_name", "test_operator"))
_SPECIAL = re.compile(r"[\\\x01{$]")
_NAME = r"\$(?P<name>[A-Za-z_]\w*|[0-9@*#?!])"
_UNQUOTED = re.compile(rf"\\.|\x01+|{_NAME}", re.DOTALL)
_QUOTED = re.compile(rf'\\[$`"\\]|\x01+|{_NAME}')
_FIELD = re.compile(r"(?:\$\([^)]*\)|`[^`]*`|\$\{[^}]*\}|\S)+")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_ANSI = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
}


class Expander:
    """Expands the words of one script; ``substitute`` runs a substitution and tells its calls."""

    def __init__(
        self, source: Source, variables: Variables, substitute: Callable[[Node], tuple[int, ...]]
    ) -> None:
        self.source = source
        self.variables = variables
        self.substitute = substitute
        self.depth = 0

    def words(self, node: Node) -> list[Word]:
        """Return the words that a node of the grammar expands to: none, one or several."""
        kind, start, end = node.type, node.start_byte, node.end_byte
        text = self.source.clean[start:end]
        if kind in _PLAIN and not _SPECIAL.search(text):
            return [Word(text, source=self.source, start=start, end=end)]
        if kind == "raw_string" and not self.source.glued:
            text = text[1:-1] if text.endswith("'") else text[1:]
            start += 1
            return [Word(text, quoted=True, source=self.source, start=start, end=start + len(text))]
        if kind == "process_substitution":
            calls = self.substitute(node)
            return [Word(text, (text,), calls, text[:1], False, self.source, start, end)]
        fields = _Fields(self, start, end)
        self._add(fields, node, quoted=False)
        return _unbraced(fields.finish())

    def one(self, node: Node) -> Word:
        """Return a node as one word: the value of an assignment, the target of a redirect."""
        fields = _Fields(self, node.start_byte, node.end_byte, split=False)
        self._add(fields, node, quoted=False)
        words = fields.finish()
        if len(words) == 1:
            return words[0]
        return Word("", source=self.source, start=node.start_byte, end=node.end_byte, parts=())

    def text(self, start: int, end: int, children: Iterable[Node]) -> Word:
        """Return a stretch with the expansions in it, as inside double quotes."""
        fields = _Fields(self, start, end)
        self._stretch(fields, start, end, children)
        return fields.finish()[0]

    def _add(self, fields: _Fields, node: Node, *, quoted: bool) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            fields.unknown(node.start_byte, node.end_byte, "…")
        else:
            self._add_kind(fields, node, quoted=quoted)
        self.depth -= 1

    def _add_kind(self, fields: _Fields, node: Node, *, quoted: bool) -> None:
        start, end = node.start_byte, node.end_byte
        match node.type:
            case "concatenation":
                for child in node.children:
                    self._add(fields, child, quoted=quoted)
            case "string":
                text = self.source.clean
                first = text.index('"', start) + 1
                last = end - 1 if end > first and text[end - 1] == '"' else end
                self._stretch(fields, first, last, node.children)
            case "raw_string":
                closed = end - start > 1 and self.source.clean[end - 1] == "'"
                fields.raw(start + 1, end - closed)
            case "ansi_c_string":
                fields.decoded(start, end)
            case "simple_expansion" | "expansion":
                self._variable(fields, node, quoted=quoted)
            case "command_substitution" | "arithmetic_expansion" | "process_substitution":
                fields.unknown(start, end, self.source.clean[start:end], self.substitute(node))
            case _:
                self._literal(fields, start, end, quoted=quoted)

    def _stretch(self, fields: _Fields, start: int, end: int, children: Iterable[Node]) -> None:
        """Add quoted text: the grammar leaves out blanks, so what is between expansions counts."""
        fields.quoted = True
        for child in children:
            if child.child_count and start <= child.start_byte < end:
                self._literal(fields, start, child.start_byte, quoted=True)
                self._add(fields, child, quoted=True)
                start = child.end_byte
        self._literal(fields, start, end, quoted=True)

    def _literal(self, fields: _Fields, start: int, end: int, *, quoted: bool) -> None:
        """Add a stretch of the script: escapes go, and `$name`, which the grammar does not see, is replaced."""
        text, at = self.source.clean, start
        for name in self.source.hidden:
            if (found := text.find(name, start, end)) >= 0:
                self._literal(fields, start, found, quoted=quoted)
                fields.unknown(found, found + len(name), name)
                self._literal(fields, found + len(name), end, quoted=quoted)
                return
        for match in (_QUOTED if quoted else _UNQUOTED).finditer(text, start, end):
            fields.plain(at, match.start())
            at = match.end()
            if match["name"]:
                span = match.start(), match.end()
                self._value(fields, match["name"], "", [], span, quoted=quoted)
            elif match[0][0] != GLUE:
                fields.plain(at - 1, at)
        fields.plain(at, end)

    def _variable(self, fields: _Fields, node: Node, *, quoted: bool) -> None:
        name, operator, rest = _parts_of(node, self.source.clean)
        span = node.start_byte, node.end_byte
        self._value(fields, name, operator, rest, span, quoted=quoted)

    def _value(
        self,
        fields: _Fields,
        name: str,
        operator: str,
        rest: list[Node],
        span: tuple[int, int],
        *,
        quoted: bool,
    ) -> None:
        value = self.variables.get(name, operator)
        if operator in {":+", "+"}:
            if value == "":
                return
            if value is not None:
                self._default(fields, rest, quoted=quoted)
                return
        elif value == "" and operator in {":-", "-", ":=", "="}:
            before = len(fields.parts)
            self._default(fields, rest, quoted=quoted)
            if operator in {":=", "="}:
                self.variables.set(name, fields.since(before))
            return
        if value is None or (value == "" and not self.variables.settled(name)):
            fields.unknown(*span, name, self.variables.calls(name))
        elif isinstance(value, list):
            fields.several(value)
        elif isinstance(value, Word):
            fields.value(value, quoted=quoted)

    def _default(self, fields: _Fields, nodes: list[Node], *, quoted: bool) -> None:
        for child in nodes:
            self._add(fields, child, quoted=quoted)


def _parts_of(node: Node, text: str) -> tuple[str, str, list[Node]]:
    """Return name, operator and operand nodes of `$X` or `${X:-d}`; the operator `?` for those we do not follow."""
    children = [child for child in node.children if child.type not in {"$", "${", "}"}]
    if not children:
        return text[node.start_byte : node.end_byte], "%", []
    head, tail = children[0], children[1:]
    name = text[head.start_byte : head.end_byte]
    if head.type == "subscript":
        return name.removesuffix("[@]").removesuffix("[*]"), "" if not tail else "%", []
    if head.type not in {"variable_name", "special_variable_name"}:
        return text[node.start_byte : node.end_byte], "%", []
    if not tail:
        return name, "", []
    operator = text[tail[0].start_byte : tail[0].end_byte]
    return name, operator if operator in _FOLLOWED else "%", tail[1:]


_FOLLOWED = frozenset((":-", "-", ":=", "=", ":+", "+", ":?", "?"))


class _Fields:
    """The words that grow while a node is expanded."""

    def __init__(self, expander: Expander, start: int, end: int, *, split: bool = True) -> None:
        self.source = expander.source
        self.start, self.end = start, end
        self.split = split
        self.quoted = False
        self.done: list[Word] = []
        self.parts: list[Written] = []
        self.calls: tuple[int, ...] = ()

    def raw(self, start: int, end: int) -> None:
        """Add what stands between single quotes."""
        self.quoted = True
        at = start
        for match in _GLUED.finditer(self.source.clean, start, end):
            self.plain(at, match.start())
            at = match.end()
        self.plain(at, end)

    def plain(self, start: int, end: int) -> None:
        """Add a stretch as it is written."""
        if start < end:
            self.parts.append(self.source.slice(start, end))

    def decoded(self, start: int, end: int) -> None:
        """Add `$'…'`."""
        self.quoted = True
        raw = self.source.clean[start + 2 : end - 1]
        text = re.sub(r"\\(.)", lambda match: _ANSI.get(match[1], match[0]), raw, flags=re.DOTALL)
        place = self.source.place(start, end)
        self.parts.append(Written(text, (Piece(text, place, aligned=False),), place))

    def unknown(self, start: int, end: int, name: str, calls: tuple[int, ...] = ()) -> None:
        """Add something without a known value, as it is written."""
        raw = self.source.slice(start, end)
        self.parts.append(Written(raw.text, raw.pieces, raw.whole, (*raw.missing, name)))
        self.calls += calls

    def value(self, word: Word, *, quoted: bool) -> None:
        """Add the value of a variable, split into words unless it is quoted."""
        self.calls += word.calls
        written = word.written
        if quoted or not self.split or not any(char in written.text for char in " \t\n"):
            if quoted or written.text:
                self.quoted |= quoted
                self.parts.append(written)
            return
        if written.text[:1].isspace():
            self._break()
        for match in _FIELD.finditer(written.text):
            self.parts.append(written.slice(*match.span()))
            if match.end() < len(written.text):
                self._break()

    def several(self, words: list[Word]) -> None:
        """Add the elements of an array, each a word of its own."""
        for index, word in enumerate(words):
            if index:
                self._break()
            self.parts.append(word.written)
            self.calls += word.calls

    def since(self, before: int) -> Word:
        """Return the parts added since there were ``before``, as one word."""
        parts = self.parts[before:]
        place = self.source.place(self.start, self.end)
        return Word.of(parts[0] if len(parts) == 1 else Written.joined(parts, place))

    def _break(self) -> None:
        if self.parts:
            self.done.append(self._word())
        self.parts, self.calls = [], ()

    def finish(self) -> list[Word]:
        """Return the words."""
        if self.parts or self.quoted and not self.done:
            self.done.append(self._word())
        return self.done

    def _word(self) -> Word:
        parts = tuple(self.parts)
        missing = tuple(dict.fromkeys(name for part in parts for name in part.missing))
        text = "".join(part.text for part in parts)
        word = Word(
            text, missing, self.calls, "", self.quoted, self.source, self.start, self.end, parts
        )
        return _alone(word, parts[0]) if len(parts) == 1 else word


_GLUED = re.compile("\x01+")


def _alone(word: Word, part: Written) -> Word:
    """Return a word that one part makes up: it stands where the part is decided."""
    return Word(word.text, part.missing, word.calls, "", word.quoted, _written=part)


def _unbraced(words: list[Word]) -> list[Word]:
    """Expand `lib{a,b}`, which the shell does before anything else."""
    if not any("{" in word.text and not word.quoted and word.known for word in words):
        return words
    return [part for word in words for part in _braces_of(word)]


def _braces_of(word: Word) -> list[Word]:
    pieces = _BRACES.split(word.text)
    if len(pieces) == 1 or word.quoted or not word.known or word.text.count(",") > MAX_BRACES:
        return [word]
    choices = [
        [piece] if index % 2 == 0 else piece.split(",") for index, piece in enumerate(pieces)
    ]
    place = word.place
    texts = ["".join(choice) for choice in _limited(choices)]
    return [Word.of(Written(text, (Piece(text, place, aligned=False),), place)) for text in texts]


def _limited(choices: list[list[str]]) -> Iterable[tuple[str, ...]]:
    count = 1
    for choice in choices:
        count *= len(choice)
    return (
        product(*choices)
        if count <= MAX_BRACES
        else [tuple("{…}" if len(c) > 1 else c[0] for c in choices)]
    )
