"""What heads of statements say, beside sqlglot, which knows whole grammars: wherever it understands one, both agree.

One difference is meant: a WITH that deletes rows does so, whatever stands behind it.
"""

from __future__ import annotations

import logging

import pytest
import sqlglot
from sqlglot import expressions as exp
from tests.migrations.pairs import MYSQL, POSTGRESQL, SQL_SERVER, SQLITE

from immutable_delivery.syntax.sql import Dialect, head_of, split

_OURS: dict[str, Dialect] = {
    "postgres": "standard",
    "mysql": "mysql",
    "sqlite": "standard",
    "tsql": "sqlserver",
}
_VERBS = {
    exp.Update: "update", exp.Delete: "delete", exp.Merge: "merge", exp.TruncateTable: "truncate", exp.Drop: "drop", exp.Create: "create",
    exp.Select: "select",
}  # fmt: skip


def understood(statement: str, dialect: str) -> str | None:
    """Return the verb as sqlglot has it, None for what it does not understand."""
    logging.disable(logging.CRITICAL)
    try:
        tree = sqlglot.parse_one(statement, dialect=dialect)
    except sqlglot.ParseError:
        return None
    finally:
        logging.disable(logging.NOTSET)
    if isinstance(tree, exp.Insert):
        conflict = tree.args.get("conflict")
        updates = conflict is not None and "UPDATE" in conflict.sql().upper()
        return (
            "upsert"
            if updates
            else "replace"
            if tree.args.get("alternative") == "REPLACE"
            else "insert"
        )
    if isinstance(tree, exp.Alter):
        actions = tree.args.get("actions") or ()
        kinds = {one.args.get("kind") for one in actions if isinstance(one, exp.Drop)}
        renames = any(isinstance(one, exp.AlterRename | exp.RenameColumn) for one in actions)
        retypes = any(isinstance(one, exp.AlterColumn) and one.args.get("dtype") for one in actions)
        return (
            "drop" if "COLUMN" in kinds else "rename" if renames else "retype" if retypes else None
        )
    return next((verb for kind, verb in _VERBS.items() if isinstance(tree, kind)), None)


@pytest.mark.parametrize(
    ("dialect", "pairs"),
    [("postgres", POSTGRESQL), ("mysql", MYSQL), ("sqlite", SQLITE), ("tsql", SQL_SERVER)],
)
def test_verbs_are_those_of_sqlglot(dialect: str, pairs: list[tuple[str, str]]) -> None:
    ours = _OURS[dialect]
    compared, different = 0, []
    for script in (one for pair in pairs for one in pair):
        for cut in split(script, ours):
            statement = script[cut.start : cut.end]
            expected = understood(statement, dialect)
            compared += expected is not None
            found = head_of(script, ours, cut).verb
            inside = statement.startswith("WITH") and found in {"delete", "update"}
            if expected is not None and found != expected and not inside:
                different.append((statement, found, expected))
    assert different == []
    assert compared >= len(pairs)
