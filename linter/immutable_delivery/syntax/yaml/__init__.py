"""YAML and JSON as a tree in which every scalar knows its place."""

from __future__ import annotations

from immutable_delivery.syntax.yaml.comments import comments
from immutable_delivery.syntax.yaml.documents import (
    documents,
    documents_between,
    glance,
    may_hold,
    may_spell,
    roots,
)
from immutable_delivery.syntax.yaml.nodes import (
    Document,
    Mapping,
    Node,
    Scalar,
    Sequence,
    entry_extent,
)

__all__ = [
    "Document",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "comments",
    "documents",
    "documents_between",
    "entry_extent",
    "glance",
    "may_hold",
    "may_spell",
    "roots",
]
