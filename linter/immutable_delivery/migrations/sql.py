"""Migrations in SQL: every statement, and which of them only take it back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import cast, get_args

from immutable_delivery.facts import Verb
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations.spec import Operation, Stated, digest
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Span
from immutable_delivery.syntax.sql import Cut, Dialect, Head, dialect_of, head_of, normal, split
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Migrations

MOST = 5_000
"""So many statements of one file are told by themselves; what follows is one step more."""
_SESSION = lazy(
    r"(?:SET\s+(?:SESSION\s+|LOCAL\s+)?\w+\s*(?:=|TO\b)|COMMIT\b|BEGIN\b(?:\s+TRANSACTION)?\s*(?:;|\Z)|START\s+TRANSACTION)",
    2,
)
"""What only concerns the session that runs it: time limits, transactions."""
_DUMP_HEAD = 4_000
_VERBS = frozenset(get_args(Verb))
_BETWEEN = "\"'frFRbBuU \t\r\n+\\()"
"""What may stand between the parts of a string that is written in several; anything else is a value that nobody knows."""
_ANONYMOUS = ("DO", "do", "Do")


class Script(Record):
    """What a script holds."""

    operations: list[Operation]
    steps: list[Stated]


def read(script: str, start: int = 0, end: int = -1, *, parted: bool = True) -> Script:
    """Return the statements of a script, or of a part of it; ``parted`` where comments part what takes it back."""
    end = len(script) if end < 0 else end
    dialect = dialect_of(script[start:end])
    bounds = list(_bounds(script, start, end)) if parted else []
    found = Script([], [])
    cuts = split(script, dialect, start, end)
    for number, cut in enumerate(cuts):
        if number == MOST:
            found.steps.append(
                Stated(normal=digest(script[cut.start : end]), span=Span(cut.start, end))
            )
            break
        down = _down_at(bounds, cut.start)
        _add(found, script, dialect, cut, down=down)
    return found


def read_pieces(value: str, pieces: Sequence[Span], *, down: bool) -> Iterator[Operation]:
    """Yield the statements of a script that a program holds in pieces; what stands between them says nothing."""
    if not pieces:
        return
    first, script = pieces[0].start, ""
    for piece in pieces:
        gap = piece.start - first - len(script)
        script += (
            "\0" if value[piece.start - gap : piece.start].strip(_BETWEEN) else " "
        ) * gap + value[piece.start : piece.end]
    for one in read(script, parted=False).operations:
        at = one.object_at
        at_, end = one.span.start, one.span.end
        yield replace(
            one,
            text=script[at_:end].replace("\0", ""),
            down=down,
            span=_moved(one.span, first),
            object_at=_moved(at, first) if at else None,
        )


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _add(found: Script, script: str, dialect: Dialect, cut: Cut, *, down: bool) -> None:
    if not down and not _SESSION.match(script, cut.start):
        found.steps.append(
            Stated(normal=digest(normal(script, dialect, cut)), span=Span(cut.start, cut.end))
        )
    found.operations += (
        operation(head, one, down=down) for one, head in _heads(script, dialect, cut)
    )


def _heads(script: str, dialect: Dialect, cut: Cut) -> Iterator[tuple[Cut, Head]]:
    """Yield what a statement does; of an anonymous block of PostgreSQL what the statements in it do."""
    if not script.startswith(_ANONYMOUS, cut.start) or (body := _body(script, cut)) is None:
        yield cut, head_of(script, dialect, cut)
        return
    for inner in split(script, dialect, body.start, body.end):
        head = head_of(script, "sqlserver" if script[inner.start] in "bBiIdD" else dialect, inner)
        if head.verb in _VERBS:
            yield inner, head


def _body(script: str, cut: Cut) -> Cut | None:
    """Return what stands in the dollar quotes of a block."""
    opened = script.find("$", cut.start, min(cut.end, cut.start + 100))
    tag = script[opened : script.find("$", opened + 1, cut.end) + 1] if opened >= 0 else ""
    closed = script.rfind(tag, opened + len(tag), cut.end) if tag else -1
    return Cut(opened + len(tag), closed) if closed > 0 else None


def operation(head: Head, cut: Cut, *, down: bool = False) -> Operation:
    """Return a statement as an operation."""
    verb = cast("Verb", head.verb if head.verb in _VERBS else "other")
    first = head.names[0] if head.names else None
    columns = ", ".join(head.columns)
    names = ", ".join(name.key for name in head.names)
    return Operation(
        verb=verb,
        span=Span(cut.start, cut.end),
        object_type=head.kind or "other",
        tables=tuple(name.key for name in head.names),
        object=f"{names}.{columns}" if head.kind in {"column", "not null"} and columns else names,
        object_at=Span(first.start, first.end) if first else None,
        columns=head.columns,
        added=head.added,
        renamed=head.renamed,
        where=head.where,
        temporary=head.temporary,
        down=down,
    )


def is_dump(script: str) -> bool:
    """Whether a program wrote out a whole database here: it says so at the beginning."""
    return known(Migrations).dumped.search(script, 0, _DUMP_HEAD) is not None


def _bounds(script: str, start: int, end: int) -> Iterator[tuple[int, bool]]:
    """Yield where comments begin what takes a migration back (true) or what applies it."""
    for found in known(Migrations).parting.finditer(script, start, end):
        yield found.start(), found["down"] is not None


def _down_at(bounds: list[tuple[int, bool]], at: int) -> bool:
    index = bisect_right(bounds, (at, True)) - 1
    return index >= 0 and bounds[index][1]
