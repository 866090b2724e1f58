"""Compound commands: branches, loops, tests, functions, and what the grammar cannot read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from immutable_delivery.syntax.shell.calls import Call
from immutable_delivery.syntax.shell.source import Word
from immutable_delivery.syntax.shell.state import Interpreter
from immutable_delivery.syntax.shell.tree import WORDS, function_of, statements

if TYPE_CHECKING:
    from tree_sitter import Node


MAX_UNROLLED = 32
"""Rounds of a loop, and of loops in loops, that are run one by one."""
_CLAUSES = frozenset(("elif_clause", "else_clause", "case_item"))
_POSITIONS = frozenset(("@", "*", *(str(index) for index in range(10))))


def subshell(shell: Interpreter, node: Node) -> list[int]:
    """Run `( … )`."""
    return shell.inside(statements(node))


def branches(shell: Interpreter, node: Node) -> list[int]:
    """Run every branch of `if`, `while` and `case`; what a branch assigns is unknown after it."""
    outputs: list[int] = []
    conditions = {child.id for child in node.children_by_field_name("condition")}
    mark = None
    for child in statements(node):
        if child.id in conditions:
            outputs += shell.statement(child)
            continue
        mark = mark or shell.variables.mark()
        if child.type in _CLAUSES:
            shell.variables.branch(mark)
            outputs += shell.block(statements(child))
        else:
            outputs += shell.statement(child)
    if mark is not None:
        shell.variables.blur(mark)
    return outputs


def loop(shell: Interpreter, node: Node) -> list[int]:
    """Run `for x in a b`: once for each word where they are few, else once with x unknown."""
    name, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if name is None or body is None:
        return shell.block(statements(node))
    key = shell.source.clean[name.start_byte : name.end_byte]
    values = node.children_by_field_name("value")
    words = [word for child in values for word in shell.expander.words(child)]
    known = 0 < len(words) * shell.rounds <= MAX_UNROLLED and all(word.known for word in words)
    mark, around = shell.variables.mark(), shell.rounds
    outputs: list[int] = []
    rounds: list[Word | None] = [*words] if known else [None]
    shell.rounds *= len(rounds)
    for word in rounds:
        shell.variables.set(key, word)
        outputs += shell.block(statements(body))
    shell.rounds = around
    shell.variables.blur(mark)
    return outputs


def test(shell: Interpreter, node: Node) -> list[int]:
    """Make a call of `[ … ]`, so that what it compares is seen."""
    source = shell.source
    words = [Word("[", source=source, start=node.start_byte, end=node.start_byte + 1)]
    pending = list(reversed(node.children))
    while pending:
        child = pending.pop()
        start, end = child.start_byte, child.end_byte
        if child.type in WORDS:
            words += shell.expander.words(child)
        elif child.child_count:
            pending += reversed(child.children)
        elif child.type not in {"[", "[[", "]", "]]"}:
            words.append(Word(source.clean[start:end], source=source, start=start, end=end))
    return shell.emit(Call("[", words))


def broken(shell: Interpreter, node: Node) -> list[int]:
    """Read what can be read where the grammar gives up: runs of words are commands."""
    outputs: list[int] = []
    words: list[Word] = []
    for child in node.children:
        if child.type in WORDS:
            words += shell.expander.words(child)
            continue
        outputs += shell.call(words)
        words = []
        if child.is_named and child.type != "comment":
            outputs += shell.statement(child)
    return outputs + shell.call(words)


def define(shell: Interpreter, node: Node) -> list[int]:
    """Remember a function."""
    if (found := function_of(node)) is not None:
        name, body = found
        shell.functions[shell.source.clean[name.start_byte : name.end_byte]] = shell.source, body
    return []


def function(shell: Interpreter, call: Call) -> list[int]:
    """Run the body of a function with the arguments of the call."""
    source, body = shell.functions[call.name]
    outer = shell.variables.values.only(_POSITIONS)
    position(shell, call.arguments)
    with shell.reading(source):
        outputs = shell.compound(body)
    for name in _POSITIONS:
        shell.variables.values.drop(name)
    shell.variables.values.update(outer)
    return outputs


def position(shell: Interpreter, words: list[Word]) -> None:
    """Set `$1` … and `$@`."""
    values = shell.variables.values
    for index in range(1, 10):
        values.drop(str(index))
    values.update({str(index): word for index, word in enumerate(words[:9], 1)})
    values["@"] = values["*"] = words


KINDS: dict[str, Callable[[Interpreter, Node], list[int]]] = {
    "subshell": subshell,
    "if_statement": branches,
    "while_statement": branches,
    "case_statement": branches,
    "for_statement": loop,
    "test_command": test,
    "ERROR": broken,
    "function_definition": define,
}
"""What runs each kind of compound; the others are plain blocks."""
