"""TOML as the tree that YAML and JSON make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import Stretch
from immutable_delivery.syntax.grammars import parser
from immutable_delivery.syntax.toml.nodes import Reader
from immutable_delivery.syntax.yaml import Mapping

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["TomlFile", "read_toml"]

MAX_LENGTH = 1_000_000
_UNPLAIN = lazy(r"[^\x01-\x7f]")


class TomlFile(Record):
    """One file: its tables, and its comments."""

    root: Mapping
    remarks: list[Stretch] = field(default_factory=list)


def read_toml(text: Text) -> TomlFile:
    """Read TOML; raise UnreadableError where it is none."""
    if len(text.value) > MAX_LENGTH:
        raise UnreadableError(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    plain = text.value if text.value.isascii() else _UNPLAIN.sub("_", text.value)
    root = parser("toml").parse(plain.encode("ascii")).root_node
    if root.has_error:
        raise UnreadableError("is no TOML", _trouble(root))
    return TomlFile(Reader(text).document(root), list(_comments(root)))


def _trouble(root: Node) -> int:
    """Return where the first thing stands that does not fit."""
    node = root
    while inner := next((one for one in node.children if one.has_error or one.is_missing), None):
        node = inner
    return int(node.start_byte)


def _comments(root: Node) -> list[Stretch]:
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            found.append((node.start_byte, node.end_byte))
        waiting += node.children
    return sorted(found)
