"""Rendering one template, as tests do it."""

from __future__ import annotations

from typing import Any

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.gotemplate.budget import Budget, Limits
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.functions.table import FUNCTIONS
from immutable_delivery.syntax.gotemplate.functions.templates import without_no_value
from immutable_delivery.syntax.gotemplate.templates import Templates
from immutable_delivery.syntax.gotemplate.traced import Traced
from immutable_delivery.syntax.gotemplate.values import Unknown
from immutable_delivery.syntax.gotemplate.yamlvalues import value_of
from immutable_delivery.syntax.yaml import documents

UNKNOWN = Function(lambda: Unknown("what a test does not know"), "")
NOWHERE = Place("", Span(0, 0))


def literal(text: str, path: str = "t.tpl") -> LocatedText:
    return LocatedText.literal(text, Place(path, Span(0, len(text))))


def values(text: str) -> Any:
    found = documents(Text("values.yaml", text))
    return value_of(found[0].root) if found else {}


def traced(template: str, given: str = "", limits: Limits | None = None) -> Traced:
    """Render with `.Values`; `unknown` is a function whose value nobody knows."""
    templates = Templates(FUNCTIONS | {"unknown": UNKNOWN})
    templates.parse("t", literal(template))
    return templates.render("t", {"Values": values(given)}, Budget(limits))


def render(template: str, given: str = "", limits: Limits | None = None) -> str:
    return str(without_no_value(traced(template, given, limits)))


def written(text: Traced, word: str, sources: dict[str, str]) -> list[str]:
    """Return what is written where a word of a rendered text stands, file by file."""
    at = text.index(word)
    pieces = text.located(at, at + len(word), NOWHERE).segments
    return [
        f"{piece.place.file}: {sources[piece.place.file][piece.place.span.start : piece.place.span.end]}"
        for piece in pieces
    ]
