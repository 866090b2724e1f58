"""The bash grammar: loaded when the first script comes, and kept from inputs that would choke it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_LENGTH = 400_000
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


@cache
def _parser() -> Parser:
    import tree_sitter_bash  # noqa: PLC0415 (most runs read no script)
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))


def parse(script: str) -> Node | None:
    """Return the tree of a script, with byte offsets that are character offsets; None where it is hopeless."""
    if len(script) > MAX_LENGTH or _crowded(script) or _broken(script):
        return None
    script = _NAMED.sub(_hidden, script) if "$" in script else script
    plain = script if script.isascii() else _UNPLAIN.sub("_", script)
    return _parser().parse(plain.encode("ascii")).root_node


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
