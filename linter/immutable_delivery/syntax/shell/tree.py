"""The grammar's tree read as the shell reads it: lists, pipelines and redirects in their true precedence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery.records import Record, field

if TYPE_CHECKING:
    from tree_sitter import Node

OPERATORS = frozenset(("&&", "||", "|", "|&"))
REDIRECTS = frozenset(("file_redirect", "herestring_redirect", "heredoc_redirect"))
WORDS = frozenset((
    "word", "number", "string", "raw_string", "concatenation", "simple_expansion", "expansion",
    "command_substitution", "process_substitution", "ansi_c_string", "translated_string",
    "arithmetic_expansion", "extglob_pattern", "regex", "variable_name",
))  # fmt: skip
_LISTS = frozenset(("list", "pipeline", "negated_command", "redirected_statement"))


class Item(Record):
    """A command or compound of a list, its redirects, and the operator before it."""

    node: Node
    operator: str = ";"
    redirects: list[Node] = field(default_factory=list)

    @property
    def piped(self) -> bool:
        """Whether what comes before is piped into it."""
        return self.operator in {"|", "|&"}


def flatten(node: Node) -> list[Item]:
    """Return the commands of a statement in order; the grammar nests `a && b` in redirects and pipes."""
    items: list[Item] = []
    pending, operator = [node], ";"
    while pending:
        current = pending.pop()
        kind = current.type
        if kind in _LISTS:
            pending += reversed(current.children)
        elif kind in OPERATORS:
            operator = kind
        elif kind in REDIRECTS:
            if items:
                items[-1].redirects.append(current)
        elif current.is_named and kind != "comment":
            items.append(Item(current, operator))
            operator = ";"
    return items


def statements(node: Node) -> Iterator[Node]:
    """Yield the statements that a block, clause or substitution holds."""
    skipped = {child.id for child in node.children_by_field_name("value")} if _valued(node) else ()
    for child in node.children:
        if child.is_named and child.type != "comment" and child.id not in skipped:
            yield child


def substitutions(node: Node) -> Iterator[Node]:
    """Yield the outermost substitutions below a node, whatever stands between."""
    pending = list(reversed(node.children))
    while pending:
        current = pending.pop()
        if current.type in {"command_substitution", "process_substitution"}:
            yield current
        else:
            pending += reversed(current.children)


def function_of(node: Node) -> tuple[Node, Node] | None:
    """Return name and body of a function definition."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    return (name, body) if name is not None and body is not None else None


def _valued(node: Node) -> bool:
    return node.type in {"case_item", "case_statement"}
