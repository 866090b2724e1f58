"""A migration as a format says it."""

from __future__ import annotations

from immutable_delivery.facts import Verb
from immutable_delivery.hashing import sha256
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Span

Words = tuple[str, ...]


class Operation(Record, kw_only=True, array_like=True):
    """One statement, or one call of a tool's own that stands for some; names are as they are compared."""

    verb: Verb
    span: Span
    """From its first word to its last."""
    object_type: str = ""
    tables: Words = ()
    """The tables, or whatever else it concerns."""
    object: str | None = ""
    """What a person would call that."""
    object_at: Span | None = None
    columns: Words = ()
    """The columns that it drops, renames or writes."""
    added: Words = ()
    """The columns that it adds."""
    renamed: str = ""
    """The new name that it gives a table."""
    text: str = ""
    """What it says, where that is not what stands at its place: a string that is written in parts."""
    where: bool = False
    temporary: bool = False
    down: bool = False


class Stated(Record, kw_only=True, array_like=True):
    """One step that counts when two versions are compared."""

    normal: str
    """A digest of what it does, whatever its layout."""
    span: Span


class MigrationSpec(Record, kw_only=True, array_like=True):
    """A migration: what it is, and what it does."""

    name: str
    extent: Span
    version: str = ""
    follows: str = ""
    """The version that it builds on, where it names one."""
    down: bool = False
    repeatable: bool = False
    dump: bool = False
    operations: list[Operation] = field(default_factory=list)
    steps: list[Stated] = field(default_factory=list)


def digest(normal: str) -> str:
    """Return what stands for a step."""
    return sha256(normal.encode("utf-8", "surrogatepass"))[:16]
