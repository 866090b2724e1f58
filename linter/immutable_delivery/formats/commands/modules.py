"""`python -m pip` read as what it runs."""

from __future__ import annotations

from immutable_delivery.formats.commands.tables import Tables
from immutable_delivery.formats.shell import Call, Word


def program(call: Call, tables: Tables) -> tuple[str, list[Word]]:
    """Return the program of a call and its arguments; a Python module counts as a program."""
    name, words = call.name, call.arguments
    interpreter = tables.interpreter(name) if name else None
    python = interpreter is not None and "python" in interpreter.names
    if python or (not name and words and words[0].text == "-m"):
        return _module(words, tables) or ("python" if python else name, words)
    return name, words


def _module(words: list[Word], tables: Tables) -> tuple[str, list[Word]] | None:
    for index, word in enumerate(words):
        text = word.text
        if text in {"-W", "-X"}:
            continue
        if text.startswith("-m"):
            module = text[2:] or (words[index + 1].text if index + 1 < len(words) else "")
            rest = words[index + 1 + (not text[2:]) :]
            known = module in tables.words("modules") or tables.manager(module) is not None
            return (module, rest) if known else None
        if not text.startswith("-") and words[index - 1].text not in {"-W", "-X"}:
            return None
    return None
