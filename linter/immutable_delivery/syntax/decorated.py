"""Functions of Python that people call by their names (nox, invoke): the commands that they start in literal words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.grammars import parser
from immutable_delivery.syntax.launches import MAX_LENGTH, Command, Reader
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Launchers

if TYPE_CHECKING:
    from tree_sitter import Node


class Called(Record, frozen=True):
    """A function that people call, and what it starts."""

    name: str
    commands: tuple[Command, ...]


def called(text: LocatedText) -> Iterator[Called]:
    """Yield the functions of a program that are decorated as such, in the order in which they are written."""
    if len(text.text) > MAX_LENGTH:
        return
    table, reader = known(Launchers), Reader(text, (), known(Launchers))
    root = parser("python").parse(text.text.encode("utf-8", "replace")).root_node
    for node in root.children:
        if node.type != "decorated_definition":
            continue
        names = [_name(one.named_children[0]) for one in node.children if one.type == "decorator"]
        for rows, in_words in ((table.tasks_in_words, True), (table.tasks_in_lines, False)):
            methods = {method for name in names for method in rows.get(name, ())}
            if methods:
                yield _called(
                    node.child_by_field_name("definition"), methods, reader, in_words=in_words
                )


def _called(function: Node | None, methods: set[str], reader: Reader, *, in_words: bool) -> Called:
    """Return a function with the literal commands that it gives to what it is given."""
    if function is None:
        return Called("", ())
    first = next(iter(_named(function.child_by_field_name("parameters"))), None)
    given = _name(first) if first is not None else ""
    found = (
        reader.words(_positional(call)) if in_words else reader.command(call)
        for call in _calls(function, {f"{given}.{method}" for method in methods})
    )
    name = function.child_by_field_name("name")
    return Called(_name(name) if name else "", tuple(one for one in found if one is not None))


def _calls(function: Node, names: set[str]) -> Iterator[Node]:
    waiting = [function]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children)
        called = node.child_by_field_name("function") if node.type == "call" else None
        if called is not None and _name(called) in names:
            yield node


def _positional(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return [one for one in _named(arguments) if one.type != "keyword_argument"]


def _named(node: Node | None) -> list[Node]:
    return node.named_children if node is not None else []


def _name(node: Node) -> str:
    """Return the name that a decorator, a parameter or a function has, without what it is called with."""
    while node.type in {"call", "typed_parameter", "default_parameter", "typed_default_parameter"}:
        node = node.named_children[0]
    return (node.text or b"").decode("utf-8", "replace")
