"""Variables and parameters: `$(name)`, `${{ variables.name }}`, `${{ parameters.name }}`."""

from __future__ import annotations

import re

from immutable_delivery.jobs.spec import Values
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, mappings, pairs, scalar, texts

MAX_DEPTH = 10
_REFERENCE = lazy(
    r"\$\(([\w.-]+)\)|\$\{\{\s*(?:variables|parameters)(?:\.([\w-]+)|\['([\w.-]+)'\])\s*\}\}|\$\{\{.*?\}\}|\$\[[^\]]*\]"
)


def variables(node: Mapping) -> dict[str, LocatedText | None]:
    """Return the variables of a pipeline, stage or job: a mapping, or a list of names and values."""
    held = node.get("variables")
    if isinstance(held, Sequence):
        found = ((scalar(one, "name"), scalar(one, "value")) for one in mappings(held))
        return {name.text: value.written if value else None for name, value in found if name}
    return texts(held)


def given(root: Mapping) -> dict[str, LocatedText | None]:
    """Return the parameters with their defaults; None for one that must be given."""
    held = root.get("parameters")
    if isinstance(held, Sequence):
        found = ((scalar(one, "name"), scalar(one, "default")) for one in mappings(held))
        return {name.text: value.written if value else None for name, value in found if name}
    return {key.text: _text(value) for key, value in pairs(held)}


def filled_in(written: LocatedText, values: Values, depth: int = 0) -> LocatedText:
    """Return a text with what the files give a value."""
    if "$" not in written.text:
        return written

    def give(found: re.Match[str], _own: LocatedText) -> LocatedText | None:
        value = values.get(found[1] or found[2] or found[3] or "")
        if value is None or depth > MAX_DEPTH:
            return None
        return filled_in(value, values, depth + 1)

    return filled(written, _REFERENCE, give)


def _text(node: Node) -> LocatedText | None:
    if isinstance(node, Scalar):
        return node.written
    default = find(node, "default")
    return default.written if isinstance(default, Scalar) else None
