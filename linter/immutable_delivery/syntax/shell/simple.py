"""The parts of a simple command: its words, its redirects with their heredocs, its assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell import compounds
from immutable_delivery.syntax.shell.calls import Call, Redirect
from immutable_delivery.syntax.shell.expansion import Expander
from immutable_delivery.syntax.shell.source import Word
from immutable_delivery.syntax.shell.state import Interpreter
from immutable_delivery.syntax.shell.tree import WORDS
from immutable_delivery.syntax.shell.variables import Variables
from immutable_delivery.syntax.shell.wrappers import name_of

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMED = lazy(r"\$\{?([A-Za-z_]\w*)", needs=("$",))


def command(
    shell: Interpreter, node: Node, found: list[Redirect], extra: list[Word]
) -> tuple[Call, list[Node]]:
    """Return a simple command, and the assignments before it."""
    words: list[Word] = []
    assigned: list[Node] = []
    expand = shell.expander.words
    for child in node.children:
        kind = child.type
        if kind in WORDS:
            words += expand(child)
        elif kind == "command_name":
            words += [word for part in child.children for word in shell.expander.program(part)]
        elif kind == "variable_assignment":
            assigned.append(child)
        elif kind == "file_redirect":
            found = read(child, shell.expander)[0] + found
        elif kind == "ERROR":
            compounds.broken(shell, child)
    words += extra
    return Call(name_of(words[0]) if words else "", words, redirects=found), assigned


def read(node: Node, expander: Expander) -> tuple[list[Redirect], list[Word]]:
    """Return a redirect, and the arguments after it (`echo > f a`), which the grammar takes for targets."""
    source, operator, descriptor = expander.source, "", ""
    words: list[Word] = []
    heredoc = None
    for child in node.children:
        if child.type == "file_descriptor":
            descriptor = source.clean[child.start_byte : child.end_byte]
        elif child.type in WORDS:
            words += expander.words(child)
        elif not child.is_named:
            operator = child.type
            heredoc = source.heredocs.get(child.start_byte)
    if not words:
        return [], []
    redirect = Redirect(operator, descriptor, words[0])
    if heredoc is not None:
        body = words[0].written if heredoc.string else source.raw(heredoc.start, heredoc.end)
        redirect = Redirect("<<", "", words[0], body, heredoc.literal, heredoc.string)
        if not (heredoc.literal or heredoc.string):
            redirect.values = _values(body, expander.variables)
    return [redirect], words[1:]


def _values(body: LocatedText, variables: Variables) -> dict[str, LocatedText]:
    """Return the variables that a here-document names and whose value is known."""
    names = dict.fromkeys(found[1] for found in _NAMED.finditer(body.text))
    values = ((name, variables.get(name)) for name in names)
    return {name: one.written for name, one in values if isinstance(one, Word) and one.known}
