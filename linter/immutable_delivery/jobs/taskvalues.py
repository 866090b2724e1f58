"""Variables of Taskfiles: what `{{.NAME}}` stands for, as far as the files tell.

The reference is https://taskfile.dev/docs/reference/templating.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import mapping, pairs

MAX_VALUE = 1_000
MAX_PIECES = 50
"""A value that is longer, or made of more pieces, is not put into others: it grows at every step."""
MAX_VARIABLES = 5_000
"""So many variables have a value."""

Variables = Mapping[str, LocatedText | None]
"""Values as they are written; None for what only a command or a caller tells."""

_EXPRESSION = lazy(r"\{\{.{0,500}?\}\}")
_NAMED = lazy(
    r"""\{\{-?\s*(?:
        \.(?P<name>\w+)(?:\s*\|\s*default\s*["`](?P<behind>[^"`{}]*)["`])?
        |default\s+["`](?P<before>[^"`{}]*)["`]\s+\.(?P<of>\w+)
    )\s*-?\}\}""",
    re.VERBOSE,
)


def extended(known: Variables, node: Node | None, *keys: str) -> Variables:
    """Return the variables with those of a mapping, each of which may use the ones before it."""
    if mapping(node, *keys) is None:
        return known
    values = dict(known)
    for key, value in pairs(node, *keys):
        written = value.written if isinstance(value, Scalar) and not value.null else None
        few = len(values) < MAX_VARIABLES
        values[key.text] = put_in(written, values) if written is not None and few else None
    return values


def stated(known: Variables, node: Node | None, *keys: str) -> Variables:
    """Return the variables of a mapping alone, each of which may use the known ones and those before it."""
    values = extended(known, node, *keys)
    return {key.text: values[key.text] for key, _ in pairs(node, *keys)}


def put_in(written: LocatedText, values: Variables) -> LocatedText:
    """Return a text with its variables put in; what nobody knows stays as it is written, and is unresolved."""
    if "{{" not in written.text:
        return written
    return filled(written, _EXPRESSION, lambda _found, own: _value(own, values))


def _value(own: LocatedText, values: Variables) -> LocatedText | None:
    said = _NAMED.fullmatch(own.text)
    if said is None:
        return None
    name = said["name"] or said["of"]
    given = "behind" if said["behind"] is not None else "before"
    if name not in values and said[given] is not None:
        return own.slice(*said.span(given))
    value = values.get(name)
    return value if value is not None and is_short(value) else None


def is_short(value: LocatedText) -> bool:
    """Whether a value may be put into others."""
    return len(value.text) <= MAX_VALUE and len(value.segments) <= MAX_PIECES
