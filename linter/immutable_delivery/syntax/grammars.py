"""The grammars of tree-sitter: a parser for each language, made when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from immutable_delivery.standins import RESOURCES, standing_in

if TYPE_CHECKING:
    from tree_sitter import Parser


@cache
def parser(language: str) -> Parser:
    """Return the parser of a language."""
    from tree_sitter import Language, Parser  # noqa: PLC0415 (most runs parse none of them)

    with standing_in(RESOURCES):
        grammar = import_module(f"tree_sitter_{language}")
    return Parser(Language(grammar.language()))
