"""Files in HCL as trees: of HCL and of its JSON form the same one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from immutable_delivery.context import Comment
from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.comments import MARKER, Stretch, remarks, statements
from immutable_delivery.syntax.grammars import parser
from immutable_delivery.syntax.hcl.nodes import Reader
from immutable_delivery.syntax.yaml import Node as Tree

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_LENGTH = 1_000_000

_UNPLAIN = lazy(r"[^\x01-\x7f]")


class HclFile(Record):
    """One file: its blocks by kind and name, and its comments, where any of them speaks to us."""

    root: Tree | None
    remarks: list[Stretch] = field(default_factory=list)
    blocks: list[Stretch] = field(default_factory=list)
    """Where whole blocks stand."""


def read(text: Text) -> HclFile:
    """Read a file by its name; raise UnreadableError for what is no HCL or JSON."""
    return read_json(text) if text.path.endswith(".json") else read_hcl(text)


def read_json(text: Text) -> HclFile:
    """Read the JSON form."""
    documents = yaml.documents(text)
    for document in documents:
        if document.problem:
            raise UnreadableError(document.problem, document.problem_at)
    return HclFile(documents[0].root if documents else None)


def read_hcl(text: Text, *, merged: bool = False) -> HclFile:
    """Read HCL; raise UnreadableError where it is none.

    ``merged`` tells whether blocks of one kind and label are one, as Bake has them.
    """
    if len(text.value) > MAX_LENGTH:
        raise UnreadableError(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    plain = text.value if text.value.isascii() else _UNPLAIN.sub("_", text.value)
    root = parser("hcl").parse(plain.encode("ascii")).root_node
    if root.has_error:
        raise UnreadableError("is no HCL", _trouble(root))
    reader = Reader(text, merged=merged)
    bodies = [child for child in root.children if child.type == "body"]
    found = reader.body(bodies[0], 0) if bodies else None
    said = list(_comments(root)) if MARKER in text.value else []
    return HclFile(found, said, reader.blocks)


def comments(document: HclFile, text: Text) -> list[Comment]:
    """Return the comments with what each covers."""
    return remarks(text, document.remarks, chain(document.blocks, statements(document.root)))


def _trouble(root: Node) -> int:
    """Return where the first thing stands that does not fit."""
    node = root
    while inner := next(
        (child for child in node.children if child.has_error or child.is_missing), None
    ):
        node = inner
        if node.is_error or node.is_missing:
            break
    return int(node.start_byte)


def _comments(root: Node) -> Iterator[Stretch]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            yield node.start_byte, node.end_byte
        elif node.type in {"config_file", "body", "block", "attribute", "expression"} or (
            node.type in {"collection_value", "object", "tuple", "object_elem"}
        ):
            waiting += node.children
