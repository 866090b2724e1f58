"""Programs in Python and JavaScript: the commands that they start in literal words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.grammars import parser
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Launchers

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_LENGTH = 200_000
"""Longer programs are bundles that nobody wrote."""
_CALLS = frozenset(("call", "call_expression"))
_STRINGS = frozenset(("string", "template_string"))
_LISTS = frozenset(("list", "tuple", "array"))
_QUOTES_AND_TEXT = frozenset(
    ("string_start", "string_content", "string_end", "string_fragment", '"', "'", "`")
)

Command = LocatedText | tuple[LocatedText, ...]
"""A line for a shell, or the words of one program."""


def launches(text: LocatedText, language: str) -> Iterator[Command]:
    """Yield what a program starts, in the order in which it is written."""
    table = known(Launchers)
    modules = [module for module in table.functions if module in text.text]
    if modules and len(text.text) <= MAX_LENGTH:
        yield from Reader(text, modules, table).read(language)


class Reader:
    """Walks over the calls of one program."""

    def __init__(self, text: LocatedText, modules: Sequence[str], table: Launchers) -> None:
        self._text = text
        self._data = text.text.encode("utf-8", "replace")
        self._lines = [line for line in text.text.splitlines() if any(m in line for m in modules)]
        self._modules = modules
        self._table = table

    def read(self, language: str) -> Iterator[Command]:
        """Yield the commands of all calls that start one."""
        waiting = [parser(language).parse(self._data).root_node]
        while waiting:
            node = waiting.pop()
            waiting += reversed(node.children)
            if node.type in _CALLS and self._starts(node):
                command = self.command(node)
                yield from () if command is None else (command,)

    def _starts(self, call: Node) -> bool:
        """Whether a call means a function that starts a program: by its name, and whence it is imported."""
        function = call.child_by_field_name("function")
        holder, _, name = self._source(function).rpartition(".") if function else ("", "", "")
        return any(
            name in self._table.functions[module]
            and (holder in {"", module} or _takes_in(holder, module) or self._names(holder))
            for module in self._modules
        )

    def _names(self, alias: str) -> bool:
        """Whether a line that names the module gives it another name."""
        word = re.compile(rf"\b{re.escape(alias)}\b")
        return alias.isidentifier() and any(word.search(line) for line in self._lines)

    def command(self, call: Node) -> Command | None:
        """Return what a call starts; None where it is not literal."""
        arguments = call.child_by_field_name("arguments")
        given = arguments.named_children if arguments else []
        if not given or given[0].type in _LISTS:
            return self.words(given[:1])
        listed = len(given) > 1 and given[1].type in _LISTS
        return self.words(given[:2]) if listed else self._literal(given[0])

    def words(self, nodes: Sequence[Node]) -> tuple[LocatedText, ...] | None:
        """Return the words of strings and lists of strings; None where one is not literal."""
        parts = [one for node in nodes for one in _items(node)]
        words = [self._literal(part) for part in parts]
        found = tuple(word for word in words if word is not None)
        return found if found and len(found) == len(words) else None

    def _literal(self, node: Node) -> LocatedText | None:
        own = self._table.itself.get(self._source(node))
        if own:
            place = self._text.place(*self._span(node.start_byte, node.end_byte))
            return LocatedText.unaligned(own[0], place)
        plain = node.type in _STRINGS and all(one.type in _QUOTES_AND_TEXT for one in node.children)
        if not plain or any(one.named_child_count for one in node.children):
            return None
        return self._text.slice(
            *self._span(node.children[0].end_byte, node.children[-1].start_byte)
        )

    def _source(self, node: Node) -> str:
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """Return where bytes stand in the text."""
        first = len(self._data[:start].decode("utf-8", "replace"))
        return first, first + len(self._data[start:end].decode("utf-8", "replace"))


def _takes_in(expression: str, module: str) -> bool:
    """Whether an expression is the module itself: `require('child_process')`, `__import__("os")`."""
    return re.fullmatch(rf"\w+\([\"']{re.escape(module)}[\"']\)", expression) is not None


def _items(node: Node) -> Sequence[Node]:
    return node.named_children if node.type in _LISTS else (node,)
