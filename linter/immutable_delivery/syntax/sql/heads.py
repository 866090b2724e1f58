"""What the head of a statement says: what it does, to what, and to which columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.syntax.sql.altering import Altered, altered
from immutable_delivery.syntax.sql.cursor import Cursor, Name
from immutable_delivery.syntax.sql.dialects import Dialect
from immutable_delivery.syntax.sql.splitting import Cut
from immutable_delivery.syntax.sql.tokens import tokens

__all__ = ["Head", "Name", "head_of"]

_MOST = 4_000
"""So many words of a statement are looked at; rows that are inserted may be millions."""
_INSERT = lazy(r"INSERT\s+INTO\s+([\w.$\"`]+)(?=[\s(])", 2)
_UPSERTING = ("CONFLICT", "conflict", "DUPLICATE", "duplicate", "Conflict", "Duplicate")
_UPSERT = lazy(r"\bON\s+(CONFLICT\b[^;]{0,2000}?\bDO\s+UPDATE|DUPLICATE\s+KEY\s+UPDATE)\b", 2)
_QUOTED = lazy(r"'(?:[^'\\]|\\.|'')*+'|--[^\n]*+", 16)
_STATEMENTS = frozenset(
    ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "ALTER", "CREATE", "REPLACE")
)
_CONTROL = frozenset(
    ("IF", "BEGIN", "ELSE", "THEN", "TRY", "ELSIF", "ELSEIF", "WHILE", "LOOP", "DO")
)
_BEFORE_KIND = frozenset(
    "OR REPLACE ALTER TEMP TEMPORARY UNLOGGED GLOBAL LOCAL UNIQUE RECURSIVE FORCE CONCURRENTLY VIRTUAL FULLTEXT SPATIAL CLUSTERED"
    " NONCLUSTERED EDITIONABLE AGGREGATE CONSTRAINT EVENT OFFLINE ONLINE IGNORE".split()
)
_BEFORE_NAME = frozenset(
    "IF NOT EXISTS ONLY INTO FROM TABLE CONCURRENTLY LOW_PRIORITY HIGH_PRIORITY DELAYED IGNORE QUICK OVERWRITE".split()
)


class Head(Record, frozen=True, kw_only=True):
    """What a statement does."""

    verb: str
    """Its first word that says something, lower case; upsert for an insert that may overwrite, rename and drop also of what an
    ALTER does to a part."""
    kind: str = ""
    """What it does that to, lower case: table, column, index …"""
    names: tuple[Name, ...] = ()
    """The tables, or whatever else; for a column the table that it is of."""
    columns: tuple[str, ...] = ()
    """The columns that it drops, renames, adds or writes, as they are compared."""
    added: tuple[str, ...] = ()
    """The columns that it adds."""
    renamed: str = ""
    """What it names a table anew."""
    where: bool = False
    """Whether it chooses rows."""
    temporary: bool = False


def head_of(script: str, dialect: Dialect, cut: Cut) -> Head:
    """Return what a statement does."""
    if plain := _INSERT.match(script, cut.start, cut.end):  # most of what is long
        return _inserted(script, cut, (Name(plain[1], *plain.span(1)),))
    cursor = Cursor(islice(tokens(script, dialect, cut.start, cut.end), _MOST))
    _lead(cursor, dialect)
    verb = cursor.take()
    reader = _READERS.get(verb)
    if reader is None:
        return Head(verb=verb.lower())
    head = reader(cursor)
    return _inserted(script, cut, head.names) if head.verb == "insert" else head


def _inserted(script: str, cut: Cut, names: tuple[Name, ...]) -> Head:
    verb = "upsert" if _overwrites(script, cut) else "insert"
    return Head(verb=verb, kind="table", names=names)


def _lead(cursor: Cursor, dialect: Dialect) -> None:
    """Go to the word that says what is done: over common table expressions, and over conditions."""
    first = cursor.word
    if first == "WITH":
        cursor.to_main(_STATEMENTS | {"SELECT"})
    elif first == "EXPLAIN":
        cursor.skip({"EXPLAIN"})
    elif first in _CONTROL and (dialect == "sqlserver" or first not in {"BEGIN", "DO"}):
        cursor.to_main(
            _STATEMENTS | {"EXEC", "EXECUTE", "SELECT", "SET", "PRINT", "RAISERROR", "RAISE"}
        )


def _overwrites(script: str, cut: Cut) -> bool:
    """Whether an insert overwrites rows that are there; words in strings do not count."""
    if not any(script.find(word, cut.start, cut.end) >= 0 for word in _UPSERTING):
        return False
    return _UPSERT.search(_QUOTED.sub("''", script[cut.start : cut.end])) is not None


def _insert(cursor: Cursor) -> Head:
    replaces = cursor.skip({"OR"}) and cursor.take() == "REPLACE"
    name = cursor.name(_BEFORE_NAME | {"ABORT", "FAIL", "ROLLBACK"})
    return Head(verb="replace" if replaces else "insert", kind="table", names=name)


def _replace(cursor: Cursor) -> Head:
    return Head(verb="replace", kind="table", names=cursor.name(_BEFORE_NAME))


def _update(cursor: Cursor) -> Head:
    if cursor.skip({"OR"}):
        cursor.take()
    if cursor.word == "STATISTICS":
        return Head(verb="update", kind="statistics")
    _top(cursor)
    names = cursor.name(_BEFORE_NAME)
    cursor.until({"SET"})
    return Head(
        verb="update",
        kind="table",
        names=names,
        columns=tuple(cursor.assigned()),
        where=cursor.has("WHERE"),
    )


def _delete(cursor: Cursor) -> Head:
    _top(cursor)
    begun = cursor.at
    names = cursor.name(_BEFORE_NAME)
    if names and cursor.word in {"FROM", ","}:  # DELETE t FROM t JOIN …
        cursor.at = begun
    return Head(verb="delete", kind="table", names=names, where=cursor.has("WHERE"))


def _top(cursor: Cursor) -> None:
    if cursor.skip({"TOP"}):
        cursor.closed()
        cursor.skip({"PERCENT"})


def _truncate(cursor: Cursor) -> Head:
    return Head(verb="truncate", kind="table", names=tuple(cursor.listed(_BEFORE_NAME)))


def _merge(cursor: Cursor) -> Head:
    _top(cursor)
    names = cursor.name(_BEFORE_NAME)
    changes = cursor.has("UPDATE") or cursor.has("DELETE")
    return Head(verb="merge" if changes else "insert", kind="table", names=names)


def _drop(cursor: Cursor) -> Head:
    temporary = cursor.word in {"TEMPORARY", "TEMP"}
    kind = _kind(cursor)
    names = tuple(cursor.listed(_BEFORE_NAME - {"FROM", "TABLE"}))
    return Head(verb="drop", kind=kind, names=names, temporary=temporary)


def _create(cursor: Cursor) -> Head:
    words = [one.text for one in cursor.ahead(6) if one.kind == "word"]
    kind = _kind(cursor)
    names = cursor.name(_BEFORE_NAME - {"FROM", "TABLE"})
    temporary = not {"TEMP", "TEMPORARY"}.isdisjoint(words[:4]) or any(
        name.key.startswith("#") for name in names
    )
    return Head(verb="create", kind=kind, names=names, temporary=temporary)


def _kind(cursor: Cursor) -> str:
    while cursor.word in _BEFORE_KIND:
        cursor.take()
    kind = cursor.take()
    if kind in {"MATERIALIZED", "FOREIGN", "TEXT"}:
        kind = f"{kind} {cursor.take()}"
    return kind.lower()


def _alter(cursor: Cursor) -> Head:
    kind = _kind(cursor)
    names = cursor.name(_BEFORE_NAME - {"FROM"})
    does = altered(cursor) if kind in {"table", "foreign table"} else _renamed(cursor, kind)
    return Head(
        verb=does.verb,
        kind=does.kind or kind,
        names=names,
        columns=does.columns,
        added=does.added,
        renamed=does.renamed,
    )


def _renamed(cursor: Cursor, kind: str) -> Altered:
    """Tell whether something else than a table gets another name."""
    if cursor.word == "RENAME":
        return Altered("rename", "value" if cursor.ahead(2)[-1].text == "VALUE" else kind)
    return Altered("alter", kind)


def _rename(cursor: Cursor) -> Head:
    kind = cursor.take().lower()
    names = cursor.name(_BEFORE_NAME)
    cursor.skip({"TO"})
    new = cursor.name(_BEFORE_NAME)
    return Head(
        verb="rename", kind=kind.rstrip("s"), names=names, renamed=new[0].key if new else ""
    )


def _execute(cursor: Cursor) -> Head:
    """Tell what SQL Server's own procedure for renaming does."""
    called = cursor.name(frozenset())
    if called and called[0].key.rpartition(".")[2] == "sp_rename":
        kind = (
            "index"
            if any(one.text.upper() in {"'INDEX'", "N'INDEX'"} for one in cursor.ahead(20))
            else "table"
        )
        return Head(verb="rename", kind=kind, names=cursor.quoted())
    return Head(verb="exec")


def _select(_: Cursor) -> Head:
    return Head(verb="select")


_READERS: Mapping[str, Callable[[Cursor], Head]] = {
    "INSERT": _insert, "REPLACE": _replace, "UPDATE": _update, "DELETE": _delete, "TRUNCATE": _truncate, "MERGE": _merge,
    "DROP": _drop, "CREATE": _create, "ALTER": _alter, "RENAME": _rename, "EXEC": _execute, "EXECUTE": _execute, "SELECT": _select,
}  # fmt: skip
