"""From the grammar's tree of TOML to mappings, lists and texts with places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml import Mapping, Scalar, Sequence
from immutable_delivery.syntax.yaml import Node as Tree
from immutable_delivery.syntax.yaml.nodes import ReadScalar
from immutable_delivery.syntax.yaml.scalars import double_quoted

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 50
_KEYS = frozenset({"bare_key", "dotted_key", "quoted_key"})


class Reader:
    """Makes nodes with places in one text; bytes are characters, since nothing but ASCII was parsed."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def document(self, root: Node) -> Mapping:
        """Return the tables of a file."""
        found = Mapping(place=self._place(root))
        for child in root.children:
            if child.type == "pair":
                self._pair(found, child, 0)
            elif child.type in {"table", "table_array_element"}:
                self._table(found, child)
        return found

    def _table(self, root: Mapping, node: Node) -> None:
        """Add a table; one in double brackets is one more of a list."""
        named = next((one for one in node.children if one.type in _KEYS), None)
        if named is None:
            return
        keys = self._keys(named)
        holder = self._holder(root, keys[:-1])
        own = Mapping(place=self._place(node))
        for child in node.children:
            if child.type == "pair":
                self._pair(own, child, 0)
        old = holder.get(keys[-1].text)
        held: Tree = own
        if node.type == "table_array_element":
            before = old.items if isinstance(old, Sequence) else []
            held = Sequence([*before, own], place=own.place)
        elif isinstance(old, Mapping):
            held = Mapping({**old.entries, **own.entries}, place=own.place)
        holder.entries[keys[-1].text] = (keys[-1], held)

    def _pair(self, into: Mapping, node: Node, depth: int) -> None:
        named = next((one for one in node.children if one.type in _KEYS), None)
        if named is not None and depth < MAX_DEPTH:
            keys = self._keys(named)
            holder = self._holder(into, keys[:-1])
            value = next((one for one in node.children[2:] if one.type != "comment"), None)
            if value is not None:
                holder.entries[keys[-1].text] = (keys[-1], self._value(value, depth + 1))

    def _holder(self, root: Mapping, keys: list[Scalar]) -> Mapping:
        """Return the mapping below keys, made where it is not there; of a list of tables the last one."""
        for key in keys:
            held = root.get(key.text)
            if isinstance(held, Sequence) and held.items:
                held = held.items[-1]
            if not isinstance(held, Mapping):
                held = Mapping(place=key.place)
                root.entries[key.text] = (key, held)
            root = held
        return root

    def _keys(self, node: Node) -> list[Scalar]:
        """Return the parts of a dotted key; the grammar nests them to the left."""
        if node.type != "dotted_key":
            return [self._scalar(node)]
        return [key for one in node.children if one.type in _KEYS for key in self._keys(one)]

    def _value(self, node: Node, depth: int) -> Tree:
        if node.type == "array" and depth < MAX_DEPTH:
            held = [one for one in node.children if one.type not in {"[", "]", ",", "comment"}]
            return Sequence([self._value(one, depth + 1) for one in held], place=self._place(node))
        if node.type == "inline_table":
            found = Mapping(place=self._place(node))
            for child in node.children:
                if child.type == "pair":
                    self._pair(found, child, depth)
            return found
        return self._scalar(node)

    def _scalar(self, node: Node) -> Scalar:
        start, end = node.start_byte, node.end_byte
        value = self._text.value
        if value.startswith(('"""', "'''"), start):
            return self._literal(start + 3, end - 3, plain=False)
        if value.startswith('"', start):
            runs = double_quoted(value, start + 1, end - 1)
            return ReadScalar("".join(text for text, _, _ in runs), self._text, start, end, '"', "")
        if value.startswith("'", start):
            return self._literal(start + 1, end - 1, plain=False)
        return self._literal(start, end, plain=True)

    def _literal(self, start: int, end: int, *, plain: bool) -> Scalar:
        """Return what is written between two offsets; a line break right behind the opening quotes is none of it."""
        value = self._text.value
        if not plain and value.startswith("\n", start):
            start += 1
        place = Place(self._text.path, Span(start, max(start, end)))
        return Scalar(LocatedText.literal(value[start : place.span.end], place), place, plain=plain)

    def _place(self, node: Node) -> Place:
        return Place(self._text.path, Span(node.start_byte, node.end_byte))
