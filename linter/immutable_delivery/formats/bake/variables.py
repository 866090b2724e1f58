"""The variables of a file, and texts with their defaults filled in."""

from __future__ import annotations

import re

from immutable_delivery.context import ParseContext
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import find, mapping

MAX_DEPTH = 20
"""Variables whose defaults name variables, no deeper than this."""

_REFERENCE = lazy(r"\$\$\{|%%\{|\$\{~?\s*([A-Za-z_][\w-]*)\s*~?\}|[$%]\{(?:[^{}]|\{[^{}]*\})*\}")


class File(Record):
    """One file: its variables and targets."""

    root: Node | None
    path: str
    ctx: ParseContext
    values: dict[str, LocatedText | None] = field(default_factory=dict)

    def written(self, node: Scalar, depth: int = 0) -> LocatedText:
        """Return a text with the defaults of variables filled in."""
        return filled(node.written, _REFERENCE, lambda found, own: self._given(found, own, depth))

    def _given(self, found: re.Match[str], own: LocatedText, depth: int) -> LocatedText | None:
        if found[0] in {"$${", "%%{"}:
            return unaligned(found[0][1:], own)
        name = found[1]
        if not name or depth > MAX_DEPTH:
            return None
        if name not in self.values:
            self.values[name] = self._default(name, depth)
        return self.values[name]

    def _default(self, name: str, depth: int) -> LocatedText | None:
        """Return what a variable is without the environment; one that has no default is empty."""
        declared = mapping(self.root, "variable", name)
        if declared is None:
            return None
        default = declared.get("default")
        if default is None:
            return LocatedText("", (), declared.place)
        if not isinstance(default, Scalar) or default.null:
            return None
        return self.written(default, depth + 1)

    def is_unset(self, value: Scalar) -> bool:
        """Whether a value is null: it is not given at all, so that the default of the Dockerfile holds."""
        found = _REFERENCE.fullmatch(value.text)
        default = find(self.root, "variable", found[1], "default") if found and found[1] else None
        return value.null or (isinstance(default, Scalar) and default.null)
