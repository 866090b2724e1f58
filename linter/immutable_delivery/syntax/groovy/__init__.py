"""Groovy as calls: what a script calls, with which texts, and what stands in its blocks; nothing is evaluated."""

from __future__ import annotations

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.grammars import parser
from immutable_delivery.syntax.groovy.calls import Reader
from immutable_delivery.syntax.groovy.nodes import Call

__all__ = ["MAX_LENGTH", "Call", "Script", "read"]

MAX_LENGTH = 1_000_000
_UNPLAIN = lazy(r"[^\x01-\x7f]")


class Script(Record):
    """One file: its calls in order, its comments, and where something was not understood."""

    calls: list[Call]
    remarks: list[tuple[int, int]] = field(default_factory=list)
    unclear: Place | None = None


def read(text: Text) -> Script:
    """Read a script; raise UnreadableError where it is longer than anybody writes one."""
    if len(text.value) > MAX_LENGTH:
        raise UnreadableError(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    plain = text.value if text.value.isascii() else _UNPLAIN.sub("_", text.value)
    root = parser("groovy").parse(plain.encode("ascii")).root_node
    reader = Reader(text)
    return Script(reader.calls(root), reader.remarks(root), reader.unclear)
