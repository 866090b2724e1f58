"""PowerShell as far as it runs programs: its commands and pipelines, written as a shell would read them, with their places.

What only PowerShell does (cmdlets, objects, control flow) tells nothing of installs, images and clusters; both branches of an `if` are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.grammars import parser
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.shell.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_COMMANDS = 5_000
MAX_CHARACTERS = 400_000
"""Longer scripts are not read."""

_FETCHERS = frozenset(("irm", "iwr", "invoke-restmethod", "invoke-webrequest", "wget", "curl"))
_RUNNERS = frozenset(("iex", "invoke-expression"))
_OPTIONS = {"-outfile": "-o", "-o": "-o", "-uri": ""}
"""What options of the cmdlets that download are for curl."""
_VALUE = lazy(
    r"\$\{[^}]*\}\}?|\$\([^)]*\)|\$(?:env:|global:|script:)?\w+(?:[.\[][\w.\]'\"]*)?", re.IGNORECASE
)
_URL = lazy(r"https?://[^\s'\")]+")
_SCOPED = lazy(r"(?<=[ \t])@(?=[\w-]+/)")
"""The beginning of `@scope/package`, which the grammar takes for a variable and reads on in the next line."""

_HERE = lazy(r"(?<![^\s;|&({])\.(?=/)", needs=("./",))
"""The beginning of `./deploy.ps1`, which the grammar takes for the operator that sources a script."""


def as_shell(written: LocatedText, hidden: tuple[str, ...] = ()) -> LocatedText | None:
    """Return the commands of a script; what PowerShell fills in has no value. None where it is too long."""
    if len(written.text) > MAX_CHARACTERS:
        return None
    script = _Script(written, hidden)
    parts: list[LocatedText] = []
    for count, node in enumerate(_pipelines(parser("powershell").parse(script.masked).root_node)):
        if count == MAX_COMMANDS:
            return None
        parts += _pipeline(node, script)
    return LocatedText.joined(parts, written.used_at)


class _Script:
    """A script, and the text that the grammar reads, of the same length."""

    def __init__(self, written: LocatedText, hidden: tuple[str, ...]) -> None:
        self.hidden = hidden
        self._source = Source(written)
        text = written.text
        for name in hidden:
            text = text.replace(name, "$" + "_" * (len(name) - 1))
        text = _HERE.sub("_", _SCOPED.sub("_", text))
        self.masked = text.encode("ascii", "replace")

    def cut(self, start: int, end: int) -> LocatedText:
        """Return a stretch as it is written."""
        return self._source.raw(start, end)


def _pipelines(root: Node) -> Iterator[Node]:
    """Yield every pipeline, those inside others behind them."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in {"pipeline_chain", "pipeline"} and _commands(node):
            yield node
        waiting += reversed(node.children)


def _commands(node: Node) -> list[Node]:
    return [child for child in node.children if child.type == "command"]


def _pipeline(node: Node, script: _Script) -> Iterator[LocatedText]:
    """Yield the words of a pipeline with what stands between them."""
    for number, command in enumerate(_commands(node)):
        at = script.cut(command.start_byte, command.end_byte)
        if number:
            yield unaligned(" | ", at)
        for word in _words(command, script):
            yield from (unaligned("'", word), word, unaligned("' ", word))
    yield unaligned("\n", script.cut(node.start_byte, node.end_byte))


def _words(command: Node, script: _Script) -> Iterator[LocatedText]:
    name = next((one for one in command.children if one.type.startswith("command_name")), None)
    if name is None:
        return
    program = _word(name, script)
    called = program.text.lower().removesuffix(".exe")
    given = [_word(one, script) for one in _elements(command)]
    if called in _RUNNERS:
        yield from _run(program, given)
    elif called in _FETCHERS:
        yield unaligned("curl", program)
        yield from _fetched(given)
    else:
        yield program
        yield from given


def _elements(command: Node) -> Iterator[Node]:
    for held in command.children:
        if held.type == "command_elements":
            yield from (one for one in held.children if one.type != "command_argument_sep")


def _run(program: LocatedText, given: list[LocatedText]) -> Iterator[LocatedText]:
    """Yield what runs a text: a download in it is what `curl URL | sh` does."""
    for one in given:
        if found := _URL.search(one.text):
            yield unaligned("curl", program)
            yield one.slice(*found.span())
            return
    yield unaligned("sh", program)


def _fetched(given: list[LocatedText]) -> Iterator[LocatedText]:
    for one in given:
        option = _OPTIONS.get(one.text.lower())
        if option is None and not one.text.startswith("-"):
            yield one
        elif option:
            yield unaligned(option, one)


def _word(node: Node, script: _Script) -> LocatedText:
    """Return a word without its quotes; the variables in it are unresolved."""
    start, end = node.start_byte, node.end_byte
    quote = script.masked[start:end][:1]
    single = quote == b"'"
    if quote in {b"'", b'"'} and end - start > 1 and script.masked[end - 1 : end] == quote:
        start, end = start + 1, end - 1
    word = script.cut(start, end)
    text = word.text
    if "'" in text or "\n" in text:
        return unaligned(re.sub(r"['\r\n]", " ", text), word)
    values = () if single else tuple(found[0] for found in _VALUE.finditer(text))
    names = (*(name for name in script.hidden if name in text), *values)
    return LocatedText(text, word.segments, word.used_at, tuple(dict.fromkeys(names)))
