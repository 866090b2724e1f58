"""A change of Liquibase, whatever it is written in, and what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from immutable_delivery.facts import Verb
from immutable_delivery.migrations import sql
from immutable_delivery.migrations.spec import Operation
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Span
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Migrations

_IGNORED = frozenset(
    ("comment", "rollback", "preConditions", "validCheckSum", "modifySql", "tagDatabase")
)
"""What stands in a change set and is no change."""
_COLUMNS = ("columnName", "oldColumnName", "finalColumnName")


class Change(Record):
    """A change: its name, what is said of it, and the SQL that it holds."""

    name: str
    span: Span
    fields: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    """The names of the columns in it."""
    script: list[Span] = field(default_factory=list)
    """Where SQL stands."""
    words: list[str] = field(default_factory=list)
    """All that it says, for comparing."""

    @property
    def counts(self) -> bool:
        """Whether it is a change at all."""
        return self.name not in _IGNORED


def operations(change: Change, value: str) -> Iterator[Operation]:
    """Yield what a change does."""
    if change.script:
        yield from sql.read_pieces(value, change.script, down=False)
        return
    row = known(Migrations).operations.get(f"liquibase.{change.name}")
    if row is None:
        return
    verb, kind = row
    table = change.fields.get("tableName") or change.fields.get("oldTableName", "")
    named = [change.fields[name] for name in _COLUMNS if name in change.fields][:1]
    columns = tuple(name.lower() for name in named or change.columns)
    yield Operation(
        verb=cast("Verb", verb),
        span=change.span,
        object_type=kind,
        tables=(table.lower(),) if table else (),
        object=".".join([table, *columns[:1]]) if kind == "column" else table,
        columns=columns if verb != "alter" else (),
        added=columns if change.name == "addColumn" else (),
        renamed=change.fields.get("newTableName", "").lower(),
        where=bool(change.fields.get("where")),
    )
