"""Redirects: where input comes from and output goes, heredocs and here-strings with their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.formats.shell.calls import Redirect
from immutable_delivery.formats.shell.expansion import Expander
from immutable_delivery.formats.shell.source import Word
from immutable_delivery.formats.shell.tree import WORDS

if TYPE_CHECKING:
    from tree_sitter import Node


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
        redirect.operator, redirect.literal = "<<", heredoc.literal
        body = None if heredoc.string else source.raw(heredoc.start, heredoc.end)
        redirect.body = body or words[0].written
    return [redirect], words[1:]
