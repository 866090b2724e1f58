"""HCL as the tree that YAML and JSON make: blocks are mappings by their labels, expressions are texts.

Blocks of one kind without a label are a sequence where there are several. What is no literal becomes a placeholder: `TAG` is
`${TAG}`, `var.tag` is `${var.tag}`, and any other expression is `${…}`; calls and conditions keep their parts (:class:`Expression`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch
from immutable_delivery.syntax.yaml import Mapping, Scalar, Sequence
from immutable_delivery.syntax.yaml import Node as Tree
from immutable_delivery.syntax.yaml.nodes import ReadScalar
from immutable_delivery.syntax.yaml.scalars import double_quoted

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 50
"""Deeper collections are taken for expressions."""

_LINE = lazy(r"[^\n]*\n?")
_STEP = lazy(r"\.\s*([\w-]+)|\[\s*(?:\"([\w-]+)\"|(\d+))\s*\]")


class Expression(Scalar):
    """A call or a condition: a placeholder for those who do not evaluate it."""

    __slots__ = ("arguments", "name")

    def __init__(
        self, written: LocatedText, place: Place, name: str, arguments: list[Tree]
    ) -> None:
        super().__init__(written, place, plain=False)
        self.name = name
        """The function that is called; `?` for a condition, whose parts are condition, then and else."""
        self.arguments = arguments


class Reader:
    """Makes nodes with places in one text; bytes are characters, since nothing but ASCII was parsed."""

    def __init__(self, text: Text, *, merged: bool) -> None:
        self._text = text
        self._merged = merged
        self.blocks: list[Stretch] = []
        self._literals: dict[str, Callable[[Node], Tree]] = {
            **dict.fromkeys(("string_lit", "quoted_template"), self._quoted),
            **dict.fromkeys(("numeric_lit", "bool_lit", "null_lit"), self._name),
            "heredoc_template": self._heredoc,
        }
        self._compounds: dict[str, Callable[[Node, int], Tree]] = {
            "tuple": self._tuple, "object": self._object,
            "function_call": self._call, "conditional": self._condition,
        }  # fmt: skip

    def body(self, body: Node, depth: int) -> Mapping:
        """Return attributes and blocks; blocks of one kind and name are one mapping."""
        found = Mapping(place=self._place(body))
        for child in body.children:
            if child.type == "attribute":
                name, value = child.children[0], child.children[-1]
                key = self._name(name)
                found.entries[key.text] = (key, self._value(value, depth + 1))
            elif child.type == "block":
                self._block(found, child, depth)
        return found

    def _block(self, into: Mapping, block: Node, depth: int) -> None:
        names = [child for child in block.children if child.type in {"identifier", "string_lit"}]
        inner = next((child for child in block.children if child.type == "body"), None)
        self.blocks.append((block.start_byte, block.end_byte))
        opened = next(child for child in block.children if child.type == "block_start")
        whole = Place(self._text.path, Span(opened.start_byte, block.end_byte))
        for name in names[:-1]:
            key = self._key(name)
            held = into.entries.setdefault(key.text, (key, Mapping(place=whole)))[1]
            if not isinstance(held, Mapping) or depth > MAX_DEPTH:
                return
            into = held
        key = self._key(names[-1])
        made = self.body(inner, depth + 1) if inner and depth < MAX_DEPTH else None
        own = Mapping(made.entries if made else {}, place=whole)
        old = into.get(key.text)
        alike = self._merged and len(names) > 1
        into.entries[key.text] = (key, own if old is None else _together(old, own, alike))

    def _value(self, node: Node, depth: int) -> Tree:
        node = _bare(node)
        literal, compound = self._literals.get(node.type), self._compounds.get(node.type)
        if literal is not None:
            return literal(node)
        if compound is not None and depth < MAX_DEPTH:
            return compound(node, depth)
        return self._unknown(node)

    def _tuple(self, node: Node, depth: int) -> Sequence:
        held = [child for child in node.children if child.type == "expression"]
        return Sequence([self._value(one, depth + 1) for one in held], place=self._place(node))

    def _condition(self, node: Node, depth: int) -> Expression:
        return self._expression(node, "?", node.children, depth)

    def _call(self, node: Node, depth: int) -> Expression:
        given = next((child for child in node.children if child.type == "function_arguments"), None)
        name = self._name(node.children[0]).text
        return self._expression(node, name, given.children if given else [], depth)

    def _expression(self, node: Node, name: str, parts: Iterable[Node], depth: int) -> Expression:
        held = [self._value(one, depth + 1) for one in parts if one.type == "expression"]
        unknown = self._unknown(node)
        return Expression(unknown.written, unknown.place, name, held)

    def _object(self, node: Node, depth: int) -> Mapping:
        found = Mapping(place=self._place(node))
        for element in node.children:
            parts = [child for child in element.children if child.type == "expression"]
            if element.type == "object_elem" and len(parts) > 1:
                key = self._key(_bare(parts[0]))
                found.entries[key.text] = (key, self._value(parts[1], depth + 1))
        return found

    def _key(self, node: Node) -> Scalar:
        if node.type in {"string_lit", "quoted_template"}:
            return self._quoted(node)
        return self._name(node)

    def _name(self, node: Node) -> Scalar:
        place = self._place(node)
        text = self._text.value[place.span.start : place.span.end]
        return Scalar(LocatedText.literal(text, place), place)

    def _quoted(self, node: Node) -> Scalar:
        start, end = node.start_byte, node.end_byte
        runs = double_quoted(self._text.value, start + 1, end - 1)
        value = "".join(text for text, _, _ in runs)
        return ReadScalar(value, self._text, start, end, '"', "")

    def _heredoc(self, node: Node) -> Scalar:
        """Return the lines between the marks; `<<-` takes off what all of them are indented by."""
        first, *_, last = (child for child in node.children if child.type == "heredoc_identifier")
        value = self._text.value
        start = value.find("\n", first.end_byte) + 1
        end = max(start, value.rfind("\n", 0, last.start_byte) + 1)
        place = Place(self._text.path, Span(start, end))
        lines = [found for found in _LINE.finditer(value, start, end) if found[0]]
        indents = [len(line[0]) - len(line[0].lstrip()) for line in lines if line[0].strip()]
        cut = min(indents, default=0) if value.startswith("<<-", node.start_byte) else 0
        pieces = tuple(
            Segment(line[0][cut:], place.at(line.start() + cut, line.end()))
            for line in lines
            if line[0][cut:]
        )
        text = "".join(piece.text for piece in pieces)
        return Scalar(LocatedText(text, pieces, place), place, plain=False)

    def _unknown(self, node: Node) -> Scalar:
        place = self._place(node)
        text = f"${{{_path(node, self._text.value) or '…'}}}"
        return Scalar(LocatedText.unaligned(text, place), place, plain=False)

    def _place(self, node: Node) -> Place:
        return Place(self._text.path, Span(node.start_byte, node.end_byte))


def _together(old: Tree, own: Mapping, alike: bool) -> Tree:  # noqa: FBT001 (a part of the model)
    """Return two blocks of one kind and label: one mapping where the tool merges them, else both are listed."""
    if isinstance(old, Mapping) and alike:
        return Mapping(old.entries | own.entries, place=own.place)
    listed = old.items if isinstance(old, Sequence) else [old]
    return Sequence([*listed, own], place=old.place)


def _path(node: Node, text: str) -> str:
    """Return the name that an expression is, `TAG`, `var.tag`, `local.images["web"]` as `local.images.web`; empty for another."""
    first, *rest = node.children if node.type == "expression" else [node]
    if first.type != "variable_expr":
        return ""
    parts = [text[first.start_byte : first.end_byte]]
    for one in rest:
        step = text[one.start_byte : one.end_byte]
        found = _STEP.fullmatch(step) if one.type in {"get_attr", "index"} else None
        if found is None:
            return ""
        parts.append(found[1] or found[2] or found[3])
    return ".".join(parts)


def _bare(node: Node) -> Node:
    """Return what an expression holds where it is one thing."""
    while len(node.children) == 1 and node.type in {
        "expression", "literal_value", "template_expr", "collection_value",
    }:  # fmt: skip
        node = node.children[0]
    return node
