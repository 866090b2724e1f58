"""Migrations that are programs: their syntax tree, with places in the text."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING

from immutable_delivery.errors import UnreadableError
from immutable_delivery.source.offsets import Offsets
from immutable_delivery.source.text import Span, Text
from immutable_delivery.syntax.grammars import parser

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_LENGTH = 1_000_000
"""Longer programs nobody wrote."""


class Source:
    """One program."""

    def __init__(self, text: Text, language: str) -> None:
        if len(text.value) > MAX_LENGTH:
            raise UnreadableError(f"is longer than {MAX_LENGTH:,} characters", 0, text.value)
        self._data = text.value.encode("utf-8", "surrogatepass")
        self._offsets = Offsets(self._data)
        self.root = parser(language).parse(self._data).root_node

    def text(self, node: Node | None) -> str:
        """Return what is written there."""
        return (
            self._data[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""
        )

    def span(self, node: Node) -> Span:
        """Return where that is."""
        return Span(self._offsets.of(node.start_byte), self._offsets.of(node.end_byte))

    def leaves(self, node: Node, without: Container[str] = ()) -> Iterator[Node]:
        """Yield the words below a node, in order; none of these types, and nothing below them."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one.type in without:
                continue
            if one.child_count:
                waiting += reversed(one.children)
            else:
                yield one


def below(node: Node, kinds: Container[str], without: Container[str] = ()) -> Iterator[Node]:
    """Yield the nodes of these types below a node, in order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type in kinds:
            yield one
        waiting += reversed([child for child in one.children if child.type not in without])


def named(node: Node | None) -> Sequence[Node]:
    """Return the children that are more than signs."""
    return [child for child in node.named_children if child.type != "comment"] if node else ()
