"""The grammar's tree read as the shell reads it: lists, pipelines and redirects in their true precedence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.syntax.grammars import parser

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


MAX_LENGTH = 400_000
MAX_REMEMBERED = 100_000
MAX_CROWD = 400
"""Pipes or parentheses in one statement, and what no script has many of in all: the parser's time grows with their square."""

_UNPLAIN = lazy(r"[^\x01-\x7f]")
_HIDDEN = "\x03"
_ARITHMETIC = r"\$?\(\((?:[^()]|\$?\(\([^()]*\)\)|\([^()]*\))*\)\)|\$\[[^\]]*\]"
_NAMED = lazy(rf"\\.|{_ARITHMETIC}|\$(?=[A-Za-z_0-9@*#?!])", re.DOTALL)
"""`$name`: the grammar cuts `$a/$b/$c` in two, so it sees a character of the word instead."""
_JOINED = lazy(r"([|(])\s*\n")
_STATEMENT = lazy(r"[;\n]|&&")
_KNOT = lazy(r"(?:(?:[<>]&?|\$\[)[ \t]*){4}")
"""Redirects without a file, one after the other."""


def parse(script: str) -> Node | None:
    """Return the tree of a script; jobs run one again and again, so that of a script that is not long is kept."""
    return _remembered(script) if len(script) <= MAX_REMEMBERED else _parse(script)


@lru_cache(maxsize=16)
def _remembered(script: str) -> Node | None:
    return _parse(script)


def _parse(script: str) -> Node | None:
    """Return the tree of a script, with byte offsets that are character offsets; None where it is hopeless."""
    if len(script) > MAX_LENGTH or _crowded(script) or _broken(script):
        return None
    script = _NAMED.sub(_hidden, script) if "$" in script else script
    plain = script if script.isascii() else _UNPLAIN.sub("_", script)
    return parser("bash").parse(plain.encode("ascii")).root_node


def _hidden(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else _HIDDEN


def _crowded(script: str) -> bool:
    if script.count("|") + script.count("(") <= MAX_CROWD:
        return False
    statements = _STATEMENT.split(_JOINED.sub(r"\1", script))
    return any(part.count("|") + part.count("(") > MAX_CROWD for part in statements)


def _broken(script: str) -> bool:
    """Whether parentheses close, or redirects come, where no script has them: the parser tries to mend every one."""
    branches = script.count(";;") + script.count(";&") + script.count("esac")
    closed = script.count(")") - script.count("(") - branches
    return closed > MAX_CROWD or (
        script.count("<") + script.count(">") + script.count("$[") > MAX_CROWD
        and len(_KNOT.findall(script)) > MAX_CROWD // 4
    )
