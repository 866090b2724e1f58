"""Suppressions to begin with: a comment above a statement, whose reason somebody has yet to write."""

from __future__ import annotations

from immutable_delivery.findings import Fix
from immutable_delivery.fixes import edited, none
from immutable_delivery.formats import yamltree
from immutable_delivery.text import Place, Text

REASON = "FIXME: say why this may stay"
_YAML = frozenset({"compose", "kubernetes", "contract", "skaffold", "score", "ecs"})


def suppression(policy: str, place: Place, extent: Place, text: Text, format_name: str) -> Fix:
    """Return the fix that silences a finding by a comment above its statement."""
    if text.path.endswith(".json") or not format_name:
        return none(f"{text.path} takes no comment: write it under `suppressions:` in .imd.yaml")
    inside = extent.file == place.file and format_name not in _YAML
    start = (extent if inside else place).span.start
    line = text.line_starts[text.line_of(start) - 1]
    if format_name in _YAML:
        line = _above(text, start)
    rest = text.value[line:]
    indent = rest[: len(rest) - len(rest.lstrip(" \t"))]
    comment = f"{indent}# imd: ignore[{policy}] {REASON}\n"
    return edited(f"Suppress {policy}", place.at(line, line), comment)


def _above(text: Text, offset: int) -> int:
    """Return the beginning of the line that holds the offset, or of the string around it: no comment stands in one."""
    line = text.line_starts[text.line_of(offset) - 1]
    for document in yamltree.documents(text):
        waiting = [document.root] if document.root is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, yamltree.Mapping):
                for key, value in node.entries.values():
                    span = yamltree.entry_extent(key, value).span
                    if isinstance(value, yamltree.Scalar) and span.start < line < span.end:
                        return text.line_starts[text.line_of(span.start) - 1]
                    waiting.append(value)
            elif isinstance(node, yamltree.Sequence):
                for item in node.items:
                    span = item.place.span
                    if isinstance(item, yamltree.Scalar) and span.start < line < span.end:
                        return text.line_starts[text.line_of(span.start) - 1]
                    waiting.append(item)
    return line
