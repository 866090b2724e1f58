"""From the grammar's tree to calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.groovy.nodes import Call
from immutable_delivery.syntax.interpolation import filled, unaligned

if TYPE_CHECKING:
    import re

    from tree_sitter import Node

MAX_DEPTH = 60
"""Blocks in blocks; deeper ones are not read."""

_CALLS = frozenset({"method_invocation", "juxt_function_call", "function_call"})
_TEXTS = frozenset({"character_literal", "string_literal"})
_QUOTES = lazy(r"'''|\"\"\"|['\"]")
_ESCAPE = lazy(r"\\(?:([ntrbfs])|u([0-9a-fA-F]{4})|\r?\n|(.))")
_SAID = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " "}


class Reader:
    """Makes calls with places; bytes are characters, since nothing but ASCII was parsed."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self.unclear: Place | None = None

    def calls(self, node: Node, depth: int = 0) -> list[Call]:
        """Return the calls below a node, outermost first, in order."""
        if depth > MAX_DEPTH:
            self._doubt(node)
            return []
        found: list[Call] = []
        for child in node.children:
            if child.type == "ERROR":
                self._doubt(child)
            made = self._call(child, depth)
            if made is not None:
                found.append(made)
            elif child.child_count and child.type not in _TEXTS:
                found += self.calls(child, depth + 1)
        return found

    def remarks(self, root: Node) -> list[tuple[int, int]]:
        """Return where comments stand."""
        found, waiting = [], [root]
        while waiting:
            node = waiting.pop()
            if "comment" in node.type:
                found.append((node.start_byte, node.end_byte))
            else:
                waiting += node.children
        return sorted(found)

    def _call(self, node: Node, depth: int) -> Call | None:
        if node.type in _CALLS:
            return self._invocation(node, depth)
        if node.type in {"assignment_expression", "variable_declarator"}:
            return self._assignment(node, depth)
        if node.type == "annotation":
            return self._invocation(node, depth, mark="@")
        return None

    def _invocation(self, node: Node, depth: int, mark: str = "") -> Call | None:
        dot = next(
            (index for index, one in enumerate(node.children) if one.type in {".", "?."}), -1
        )
        rest = node.children[dot + 1 :]
        name = next((one for one in rest if one.type == "identifier"), None)
        if name is None:
            return None
        before = node.children[dot - 1] if dot > 0 else None
        call = Call(mark or self._at(name), self._place(name), self._place(node))
        if mark:
            call.target = self._at(name)
        elif before is not None:
            call.receiver = self._call(before, depth + 1)
            call.target = self._at(before) if call.receiver is None else ""
        for one in rest:
            if one is not name:
                self._given(call, one, depth)
        return call

    def _assignment(self, node: Node, depth: int) -> Call | None:
        sign = next((index for index, one in enumerate(node.children) if one.type == "="), -1)
        if sign < 1:
            return None
        name = node.children[sign - 1]
        call = Call("=", self._place(name), self._place(node), target=self._at(name))
        given = node.children[sign + 1 :]
        if len(given) > 1 and given[0].type == "ERROR" and given[1].type in _TEXTS:
            call.inside.append(self._command(given[0], given[1]))
            return call
        for one in given:
            self._given(call, one, depth)
        return call

    def _command(self, name: Node, text: Node) -> Call:
        """Return `load 'x'` behind an assignment, which the grammar does not know without parentheses."""
        place = self._place(name)
        extent = place.at(place.span.start, self._place(text).span.end)
        return Call(self._at(name), place, extent, texts=(self._string(text),))

    def _given(self, call: Call, node: Node, depth: int) -> None:
        """Add what a call is given: texts, named texts, blocks; a text in a list is one too."""
        if node.type in _TEXTS:
            call.texts = (*call.texts, self._string(node))
        elif node.type == "map_item":
            key, value = node.children[0], node.children[-1]
            if value.type in _TEXTS:
                call.named[self._at(key).strip("'\"")] = self._string(value)
            else:
                self._given(call, value, depth)
        elif node.type in _CALLS or depth > MAX_DEPTH:
            made = self._call(node, depth + 1)
            call.inside += [made] if made is not None else []
        elif node.type in {
            "argument_list",
            "annotation_argument_list",
            "list",
            "array_literal",
            "list_literal",
            "map",
            "map_literal",
        }:
            for one in node.children:
                self._given(call, one, depth + 1)
        elif node.child_count:
            call.inside += self.calls(node, depth + 1)

    def _string(self, node: Node) -> LocatedText:
        start, end = node.start_byte, node.end_byte
        quote = _QUOTES.match(self._text.value, start)
        width = len(quote[0]) if quote else 1
        place = Place(self._text.path, Span(start + width, max(start + width, end - width)))
        written = LocatedText.literal(self._text.value[place.span.start : place.span.end], place)
        return filled(written, _ESCAPE, _unescaped) if "\\" in written.text else written

    def _doubt(self, node: Node) -> None:
        self.unclear = self.unclear or self._place(node)

    def _at(self, node: Node) -> str:
        return self._text.value[node.start_byte : node.end_byte]

    def _place(self, node: Node) -> Place:
        return Place(self._text.path, Span(node.start_byte, node.end_byte))


def _unescaped(found: re.Match[str], own: LocatedText) -> LocatedText:
    """Return what an escape stands for; a dollar sign keeps its mark, so that nobody fills it in."""
    if found[2]:
        return unaligned(chr(int(found[2], 16)), own)
    if found[3] == "$":
        return own
    return unaligned(_SAID.get(found[1] or "", found[3] or ""), own)
