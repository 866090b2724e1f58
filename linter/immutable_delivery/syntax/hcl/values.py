"""The variables of an HCL file, and texts with what the file itself gives them filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find

MAX_DEPTH = 20
"""Variables whose defaults name variables, no deeper than this."""

_REFERENCE = lazy(r"\$\$\{|%%\{|\$\{~?\s*([A-Za-z_][\w.-]*)\s*~?\}|[$%]\{(?:[^{}]|\{[^{}]*\})*\}")


class Values(Record):
    """The variables of one file: `TAG` as Bake names them, `var.tag` and `local.tag` as the others do."""

    root: Node | None
    given: Mapping[str, str] = field(default_factory=dict)
    """Texts that the tool itself gives."""
    values: dict[str, LocatedText | None] = field(default_factory=dict)

    def written(self, node: Scalar, depth: int = 0) -> LocatedText:
        """Return a text with the defaults of variables filled in."""
        return filled(node.written, _REFERENCE, lambda found, own: self._given(found, own, depth))

    def node(self, node: Node | None) -> Node | None:
        """Return what a reference stands for as a whole, such as a list; any other node as it is."""
        for _ in range(MAX_DEPTH):
            found = _REFERENCE.fullmatch(node.text) if isinstance(node, Scalar) else None
            decided = self._decided(found[1]) if found and found[1] else None
            if decided is None:
                break
            node = decided
        return node

    def is_unset(self, value: Scalar) -> bool:
        """Whether a value is null: it is not given at all."""
        found = self.node(value)
        return isinstance(found, Scalar) and found.null

    def _given(self, found: re.Match[str], own: LocatedText, depth: int) -> LocatedText | None:
        if found[0] in {"$${", "%%{"}:
            return unaligned(found[0][1:], own)
        name = found[1]
        if not name or depth > MAX_DEPTH:
            return None
        if name in self.given:
            return unaligned(self.given[name], own)
        if name not in self.values:
            self.values[name] = self._value(name, depth)
        return self.values[name]

    def _value(self, name: str, depth: int) -> LocatedText | None:
        """Return what a variable is without the environment; one of Bake that has no default is empty."""
        decided = self._decided(name)
        if isinstance(decided, Scalar) and not decided.null:
            return self.written(decided, depth + 1)
        declared = find(self.root, "variable", name)
        unset = decided is None and declared is not None
        return LocatedText("", (), declared.place) if unset and declared is not None else None

    def _decided(self, name: str) -> Node | None:
        """Return the default of a variable, or a local value."""
        kind, _, rest = name.partition(".")
        if kind == "local" and rest:
            held = find(self.root, "locals")
            blocks = held.items if isinstance(held, Sequence) else [held]
            return next((found for one in blocks if (found := find(one, rest))), None)
        declared = find(self.root, "variable", rest if kind == "var" and rest else name, "default")
        bare = declared is None and name == kind  # an attribute of the file is a variable of Bake
        return find(self.root, name) if bare else declared
