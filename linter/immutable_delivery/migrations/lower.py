"""A spec becomes facts: the migration, and each of its statements with what excuses it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Fact, Migration, Scope, Statement, Step
from immutable_delivery.migrations.layouts import is_seed
from immutable_delivery.migrations.spec import MigrationSpec, Operation
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place, Span, Text

_SHOWN = 60
"""So many characters of a statement are shown."""
_VIEWS = frozenset(("view", "materialized view"))
_TABLES = frozenset(("table", "column", "not null", "partition", "foreign table"))


class _Made(Record):
    """What one migration has made so far, by which what it does next is excused."""

    tables: set[str]
    columns: set[tuple[str, str]]
    """Columns that it has added, with their tables."""
    replaced: frozenset[str]
    """Tables in whose place it puts one that it makes, those that it put aside and copied, and what only shows others."""
    aside: frozenset[str]
    """Tables that it puts aside for one that it makes in their place."""

    def add(self, one: Operation) -> None:
        """Take note of an operation."""
        if one.verb == "create" and one.object_type == "table":
            self.tables.update(_names(one.tables))
        self.columns.update((table, column) for table in one.tables for column in one.added)


def lower(spec: MigrationSpec, tool: str, text: Text) -> Iterator[Fact]:
    """Yield the facts of a migration."""
    scope = Scope(owner=spec.name, layer="data", phase="hook")
    place = Place(text.path, spec.extent)
    first = spec.steps[0].span if spec.steps else Span(spec.extent.start, spec.extent.start)
    yield Migration(
        used_at=place.at(first.start, first.end),
        extent=place,
        scope=scope,
        tool=tool,
        name=spec.name,
        version=spec.version,
        follows=spec.follows,
        down=spec.down,
        repeatable=spec.repeatable,
        dump=spec.dump,
        steps=tuple(Step(one.normal, one.span.start, one.span.end) for one in spec.steps),
    )
    if not spec.dump:
        made, seed = (
            {way: _made(spec.operations, down=way) for way in (False, True)},
            is_seed(text.path),
        )
        for operation in spec.operations:
            own = made[operation.down]
            yield _statement(operation, spec, tool, text, scope, own, seed=seed)
            own.add(operation)


def _statement(
    operation: Operation,
    spec: MigrationSpec,
    tool: str,
    text: Text,
    scope: Scope,
    made: _Made,
    *,
    seed: bool,
) -> Statement:
    span = operation.span
    place = Place(text.path, span)
    places = {"text": place}
    if operation.object_at:
        places["object"] = place.at(operation.object_at.start, operation.object_at.end)
    return Statement(
        used_at=place,
        extent=place,
        scope=scope,
        places=places,
        tool=tool,
        verb=operation.verb,
        object_type=operation.object_type,
        object=operation.object,
        text=_line(
            operation.text or text.value[span.start : min(span.end, span.start + 4 * _SHOWN)]
        ),
        where=operation.where,
        down=spec.down or operation.down,
        seed=seed,
        made_here=_is_made(operation, made),
        backfill=_fills(operation, made),
        migration=spec.name,
    )


def _line(written: str) -> str:
    """Return the beginning of a statement as one line."""
    words = " ".join(written.split())
    return words if len(words) <= _SHOWN else words[:_SHOWN].rsplit(" ", 1)[0]


def _made(operations: list[Operation], *, down: bool) -> _Made:
    """Return what holds before the first statement: which tables will be built anew."""
    tables, replaced, aside, views = set[str](), set[str](), dict[str, str](), set[str]()
    filled = False
    for one in (one for one in operations if one.down is down):
        names = set(_names(one.tables))
        if one.verb == "create" and one.object_type in {"table", *_VIEWS}:
            (tables if one.object_type == "table" else views).update(names)
        elif one.verb == "insert":
            filled = filled or not tables.isdisjoint(names)
        elif one.verb == "rename" and one.object_type == "table":
            new = one.renamed.rpartition(".")[2]
            replaced.update({new} if names & (tables | views) else ())
            aside.update((name, new) for name in names - tables - views)
    aside = {name: new for name, new in aside.items() if name in tables | replaced}
    copied = aside.values() if filled else ()
    return _Made(set(), set(), frozenset({*replaced, *views, *copied} - {""}), frozenset(aside))


def _names(tables: tuple[str, ...]) -> Iterator[str]:
    """Yield names with and without their schemas."""
    for name in tables:
        yield from (name, name.rpartition(".")[2])


def _is_made(operation: Operation, made: _Made) -> bool:
    """Whether all that a statement concerns is of the same migration."""
    if operation.temporary:
        return True
    if operation.object_type not in _TABLES or not operation.tables:
        return False
    if all(name in made.tables or name.startswith("#") for name in operation.tables):
        return True
    if operation.verb in {"drop", "rename"} and operation.object_type == "table":
        excused = made.replaced if operation.verb == "drop" else made.aside
        return all(name.rpartition(".")[2] in excused for name in operation.tables)
    return _all_added(operation, made) and operation.object_type in {"column", "not null"}


def _fills(operation: Operation, made: _Made) -> bool:
    """Whether a statement writes no other columns than those that the same migration adds."""
    return operation.verb == "update" and _all_added(operation, made)


def _all_added(operation: Operation, made: _Made) -> bool:
    pairs = [(table, column) for table in operation.tables[:1] for column in operation.columns]
    return bool(pairs) and all(pair in made.columns for pair in pairs)
