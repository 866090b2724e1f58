"""YAML and JSON read into values, as Helm reads them: through JSON, so that every number is a float64."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from immutable_delivery.source.located import Segment
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.gotemplate.printing import number
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import Origin, Partial, Traced, cut
from immutable_delivery.syntax.gotemplate.values import Bool, Float, Value
from immutable_delivery.syntax.gotemplate.yamlscalars import resolve
from immutable_delivery.syntax.yaml import Document, Node, Scalar, Sequence, documents
from immutable_delivery.syntax.yaml.nodes import ReadScalar

_TEXT_TAGS = frozenset(["tag:yaml.org,2002:str", "!!str", "!"])


class Read(Origin):
    """A scalar of a file."""

    __slots__ = ("_scalar",)

    def __init__(self, scalar: Scalar) -> None:
        self._scalar = scalar

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:  # noqa: ARG002
        """Return what the file tells."""
        return list(self._scalar.written.slice(start, end).segments)


class ReadAgain(Origin):
    """A scalar of a text that templates made."""

    __slots__ = ("_scalar", "_whole")

    def __init__(self, scalar: Scalar, whole: str) -> None:
        self._scalar = scalar
        self._whole = whole

    def cut(self, text: str, start: int, end: int, fallback: Place) -> list[Segment]:  # noqa: ARG002
        """Return the segments of that text."""
        found: list[Segment] = []
        for piece in self._scalar.written.slice(start, end).segments:
            span = piece.place.span
            inner = cut(self._whole, span.start, span.end, fallback)
            if piece.aligned:
                found += inner
            else:
                found.append(
                    Segment(piece.text, inner[0].place if inner else fallback, aligned=False)
                )
        return found


def value_of(node: Node | None, whole: str | None = None) -> Value:
    """Return a node of YAML as a value; `whole` is the text that it was read from, where that is no file."""
    if isinstance(node, Scalar):
        return _scalar(node, whole)
    if isinstance(node, Sequence):
        return [value_of(item, whole) for item in node.items]
    if node is None:
        return None
    return {_key(key, whole): value_of(value, whole) for key, value in node.entries.values()}


def _scalar(node: Scalar, whole: str | None) -> Value:
    text = node.text
    if not node.plain or node.tag in _TEXT_TAGS:
        return _traced(node, text, whole)
    found = resolve(text)
    if isinstance(found, str):
        return _traced(node, text, whole)
    if found is None:
        return None
    written = _traced(node, text, whole)
    return Bool(found, written) if isinstance(found, bool) else Float(float(found), written)


def _traced(node: Scalar, text: str, whole: str | None) -> Traced:
    known = (
        isinstance(node, ReadScalar) or node.written.known
    )  # only what is put together can hold a variable
    kind = Traced if known else Partial
    return kind(text, Read(node) if whole is None else ReadAgain(node, whole))


def _key(key: Scalar, whole: str | None) -> str:
    """Return a key; what YAML reads as a number or a truth value, JSON has as text."""
    text = key.text
    found = resolve(text) if key.plain and text else text
    if isinstance(found, str):
        return _traced(key, text, whole)
    return json_key(found)


def json_key(value: bool | float | None) -> str:  # noqa: FBT001
    """Return a key that is no text as JSON has it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else number(value)


def from_yaml(text: str) -> Value:
    """Return the first document of a text; raise FunctionError."""
    found = _documents(str(text))
    if not found:
        return None
    if found[0].problem:
        raise FunctionError(f"is no YAML: {found[0].problem}")
    return value_of(found[0].root, text)


@lru_cache(maxsize=1_000)
def _documents(text: str) -> list[Document]:
    """Return the documents of a text; the same labels are read for every object of a chart."""
    return documents(Text("", text))


def from_json(text: str) -> Value:
    """Return the value of a JSON text; raise FunctionError."""
    try:
        plain = json.loads(str(text), parse_int=float)
    except (ValueError, RecursionError):
        raise FunctionError("is no JSON") from None
    if not isinstance(text, Traced):
        return plain
    return _with_places(plain, text)


def _with_places(plain: Any, text: Traced) -> Value:
    try:
        found = from_yaml(text)
    except FunctionError:
        return plain
    return found if found == plain else plain
