"""Packer's own templates inside texts (`{{user `region`}}`, `{{template_dir}}`), filled in as far as the files tell.

The reference is https://developer.hashicorp.com/packer/docs/templates/legacy_json_templates/engine.
"""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import scalar

MAX_DEPTH = 60

_CALL = lazy(r"\{\{-?\s*(?:user\s+[`\"](?P<user>[^`\"]+)[`\"]|(?P<folder>template_dir))?[^{}]*\}\}")


def filled_in(root: Mapping, path: str) -> Mapping:
    """Return an older template with the defaults of its variables; what only a build knows is unresolved."""
    found = _Values(root, path).node(root, 0)
    return found if isinstance(found, Mapping) else root


class _Values:
    def __init__(self, root: Mapping, path: str) -> None:
        self._root = root
        self._folder = folder_of(path) or "."

    def node(self, node: Node, depth: int) -> Node:
        if depth > MAX_DEPTH:
            return node
        if isinstance(node, Mapping):
            entries = {
                name: (key, self.node(held, depth + 1))
                for name, (key, held) in node.entries.items()
            }
            return replace(node, entries=entries)
        if isinstance(node, Sequence):
            return replace(node, items=[self.node(item, depth + 1) for item in node.items])
        if "{{" not in node.text:
            return node
        written = filled(node.written, _CALL, self._given)
        return Scalar(written, node.place, plain=False, tag=node.tag)

    def _given(self, found: re.Match[str], own: LocatedText) -> LocatedText | None:
        if found["folder"]:
            return unaligned(self._folder, own)
        default = scalar(self._root, "variables", found["user"]) if found["user"] else None
        return default.written if default and default.text and "{{" not in default.text else None
