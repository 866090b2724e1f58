"""Assignments: plain, appended, exported, arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.calls import Call
from immutable_delivery.syntax.shell.shells import printed
from immutable_delivery.syntax.shell.source import Word
from immutable_delivery.syntax.shell.state import Interpreter

if TYPE_CHECKING:
    from tree_sitter import Node


KINDS = frozenset(
    ("variable_assignment", "variable_assignments", "declaration_command", "unset_command")
)
_EXPORTS = frozenset(("export", "declare", "typeset"))


def statement(shell: Interpreter, node: Node, *, sure: bool) -> list[int]:
    """Run an assignment, `export`, `local` or `unset`; what it exports makes a call."""
    if node.type == "variable_assignment":
        assign(shell, node, sure=sure)
        return []
    exported: dict[str, Word] = {}
    for child in node.children:
        if child.type == "variable_assignment":
            name, word = assign(shell, child, sure=sure)
            exported |= {name: word} if word is not None else {}
        elif child.type == "variable_name" and node.type == "unset_command":
            shell.variables.unset(shell.source.clean[child.start_byte : child.end_byte])
    if exported and node.children[0].type in _EXPORTS:
        start = node.start_byte
        word = Word("export", source=shell.source, start=start, end=start + len("export"))
        shell.emit(Call("export", [word], exported=exported))
    return []


def assign(shell: Interpreter, node: Node, *, sure: bool = True) -> tuple[str, Word | None]:
    """Run one assignment; return the name and, where it is one word, the value."""
    value = node.child_by_field_name("value")
    name = node.child_by_field_name("name")
    appends = any(child.type == "+=" for child in node.children)
    if value is not None and value.type == "array":
        key = _text(shell, name)
        words = [
            w for child in value.children if child.is_named for w in shell.expander.words(child)
        ]
        old = shell.variables.values.get(key) if appends else []
        shell.variables.set(key, [*old, *words] if isinstance(old, list) else None, sure=sure)
        return key, None
    key, word = pair(shell, node)
    if name is None or name.type != "variable_name":
        return key, None
    if appends:
        before = shell.variables.values.get(key)
        word = _appended(before, word) if isinstance(before, Word) else word
    shell.variables.set(key, word, sure=sure)
    if (line := _first_printed(shell, word)) is not None:
        shell.variables.hold(key, line)
        shell.variables.hold(word.text, line)
    return key, word


def _first_printed(shell: Interpreter, word: Word) -> LocatedText | None:
    """Return the first line that one of the commands of a substitution prints: `$(a && echo b || echo c)`."""
    if word.unresolved != (word.text,):
        return None
    told = (lines for number in word.calls if (lines := printed(shell.calls[number])))
    return next((lines[0] for lines in told if lines[0].text.strip()), None)


def pair(shell: Interpreter, node: Node) -> tuple[str, Word]:
    """Return name and value of an assignment, without assigning."""
    value = node.child_by_field_name("value")
    name = _text(shell, node.child_by_field_name("name"))
    if value is None:
        return name, Word("", source=shell.source, start=node.end_byte, end=node.end_byte)
    return name, shell.expander.one(value)


def _appended(before: Word, word: Word) -> Word:
    whole = Word.of(LocatedText.joined((before.written, word.written), word.place))
    whole.calls = before.calls + word.calls
    return whole


def _text(shell: Interpreter, node: Node | None) -> str:
    return "" if node is None else shell.source.clean[node.start_byte : node.end_byte]
