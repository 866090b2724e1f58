"""`python -m pip` read as what it runs."""

from __future__ import annotations

from immutable_delivery.effects.tables import Tables
from immutable_delivery.syntax.shell import Call, Word

_VALUED = frozenset(("-W", "-X"))


def program(call: Call, tables: Tables) -> tuple[str, list[Word]]:
    """Return the program of a call and its arguments; a Python module counts as a program."""
    name, words = call.name, call.arguments
    interpreter = tables.role(name).interpreter if name else None
    python = interpreter is not None and "python" in interpreter.names
    if python or (not name and words and words[0].text == "-m"):
        return _module(words, tables) or (name, words)
    return name, words


def _module(words: list[Word], tables: Tables) -> tuple[str, list[Word]] | None:
    at = 0
    while at < len(words) and words[at].text.startswith("-"):
        text = words[at].text
        if text.startswith("-m"):
            named = words[at + 1].text if text == "-m" and at + 1 < len(words) else text[2:]
            role = tables.role(named)
            known = "modules" in role.sets or role.manager is not None
            return (named, words[at + 1 + (text == "-m") :]) if known else None
        at += 2 if text in _VALUED else 1
    return None
