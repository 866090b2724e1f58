"""Operations of a tool that are calls: what each does, by the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from immutable_delivery.facts import Verb
from immutable_delivery.migrations.spec import Operation
from immutable_delivery.source.text import Span
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Migrations

Argument = str | None
"""What an argument says, None where it is no literal."""


def called(
    tool: str,
    name: str,
    arguments: Sequence[Argument],
    span: Span,
    *,
    table: Argument = "",
    down: bool = False,
) -> Operation | None:
    """Return what a call does; ``table`` is the one that a block around it is about. None where the table does not know it."""
    row = known(Migrations).operations.get(f"{tool}.{name}")
    if row is None:
        return None
    verb, kind = row
    words = [table, *arguments] if table != "" else list(arguments)
    first = words[0] if words else None
    columns = [one.lower() for one in words[1:2] if one]
    target = first if kind == "table" or first is None else ".".join([first, *columns])
    return Operation(
        verb=cast("Verb", verb),
        span=span,
        object_type=kind if name.lower() not in _ADDING else "table",
        tables=(first.lower(),) if first else (),
        object=target,
        columns=tuple(columns) if kind == "column" else (),
        added=tuple(columns) if name.lower() in _ADDING else (),
        renamed=(words[1] or "").lower()
        if verb == "rename" and kind == "table" and words[1:2]
        else "",
        down=down,
    )


_ADDING = frozenset(("add_column", "add_reference", "add_belongs_to", "addfield"))


def executes(tool: str, name: str) -> bool:
    """Whether a call holds SQL."""
    return f"{tool}.{name}" in known(Migrations).executes
