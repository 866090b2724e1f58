"""Suppressions to begin with: a comment above a statement, whose reason somebody has yet to write."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.findings import Finding, Fix
from immutable_delivery.fixes import edited, none
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Mapping, Scalar, Sequence
from immutable_delivery.syntax.yaml.assignments import read_once
from immutable_delivery.syntax.yaml.nodes import ReadScalar

REASON = "FIXME: say why this may stay"
_YAML = (".yaml", ".yml", "Kustomization")


def suppression(finding: Finding, text: Text, format_name: str, reason: str = REASON) -> Fix:
    """Return the fix that silences a finding by a comment above its statement, with the reason."""
    if not format_name or text.path.endswith(".json"):
        return none(
            "its file takes no comment of ours: write it under `suppressions:` in .imd.yaml"
        )
    place = finding.place
    if text.path.endswith(_YAML):
        start = _outside_strings(text, place.span.start)
    else:  # a comment within an instruction or an assignment could be part of it
        start = (finding.extent if finding.extent.file == place.file else place).span.start
    line = text.line_starts[text.line_of(start) - 1]
    rest = text.value[line:]
    if rest.startswith(
        "#"
    ):  # `# syntax=…` is a directive only as long as no comment stands above it
        return none("no comment may stand above it: write it under `suppressions:` in .imd.yaml")
    indent = rest[: len(rest) - len(rest.lstrip(" \t"))]
    comment = f"{indent}# imd: ignore[{finding.policy}] {reason}\n"
    return edited(f"Suppress {finding.policy}", place.at(line, line), comment)


def _outside_strings(text: Text, offset: int) -> int:
    """Return the offset, or the beginning of the entry whose text goes over lines up to there: a comment would be text."""
    line = text.line_starts[text.line_of(offset) - 1]
    return next((start for start, end in _strings(text) if start < line < end), offset)


def _strings(text: Text) -> Iterator[tuple[int, int]]:
    """Yield where every scalar of a YAML file stands, with its key."""
    waiting: list[yaml.Node] = [
        document.root for document in read_once(text) if document.root is not None
    ]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            for key, value in node.entries.values():
                if isinstance(value, Scalar) and value.place.file == key.place.file:
                    yield key.place.span.start, value.end
                waiting.append(value)
        elif isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, ReadScalar):
            yield node.begin, node.end
