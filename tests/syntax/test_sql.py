"""SQL cut into statements, and what their heads say: by the manuals of PostgreSQL, MySQL, SQLite and SQL Server."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit import PATIENCE

from immutable_delivery.syntax.sql import Dialect, dialect_of, head_of, normal, split


def cut(script: str, dialect: Dialect | None = None) -> list[str]:
    return [script[one.start : one.end] for one in split(script, dialect or dialect_of(script))]


def head(
    script: str, dialect: Dialect | None = None
) -> tuple[str, str, list[str], tuple[str, ...]]:
    dialect = dialect or dialect_of(script)
    found = head_of(script, dialect, next(split(script, dialect)))
    return found.verb, found.kind, [name.key for name in found.names], found.columns


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" ; ;\n;", []),
        ("-- nothing", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';' ; SELECT 'it''s;'", ["SELECT ';'", "SELECT 'it''s;'"]),
        ('SELECT ";" ; SELECT 2', ['SELECT ";"', "SELECT 2"]),
        ("SELECT 1 -- a; b\n; SELECT 2", ["SELECT 1 -- a; b", "SELECT 2"]),
        ("/* a; /* b; */ c; */ SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 /* a; /* b; */ c; */; SELECT 2", ["SELECT 1 /* a; /* b; */ c; */", "SELECT 2"]),
        ("DO $$ BEGIN a; b; END $$; SELECT 2", ["DO $$ BEGIN a; b; END $$", "SELECT 2"]),
        ("SELECT $a$ ; $b$ ; $a$; SELECT $1; SELECT 3", ["SELECT $a$ ; $b$ ; $a$", "SELECT $1", "SELECT 3"]),
        ("SELECT a$b$; SELECT c$b$", ["SELECT a$b$", "SELECT c$b$"]),
        ("SELECT E'a\\';'; SELECT 'a\\'; SELECT 2", ["SELECT E'a\\';'", "SELECT 'a\\'", "SELECT 2"]),
        ("COPY t (a) FROM stdin;\n1;\t'\n\\.\nSELECT 2;", ["COPY t (a) FROM stdin", "SELECT 2"]),
        ("\\connect shop\nSELECT 1;\n\\echo it's;\nSELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE x SET y = 1; DELETE FROM z; END; SELECT 2", ["CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE x SET y = 1; DELETE FROM z; END", "SELECT 2"]),
        ("CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f(); SELECT 2", ["CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f()", "SELECT 2"]),
        ("CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; SELECT 3", ["CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END", "SELECT 3"]),
        ("BEGIN; SELECT 1; COMMIT", ["BEGIN", "SELECT 1", "COMMIT"]),
        ("SELECT 'never closed; SELECT 2", ["SELECT 'never closed; SELECT 2"]),
        ("SELECT $$ never closed; SELECT 2", ["SELECT $$ never closed; SELECT 2"]),
        ("SELECT 1 /* never closed; SELECT 2", ["SELECT 1 /* never closed; SELECT 2"]),
        ("\ufeffSELECT 1;\r\nSELECT 2;\r\n", ["\ufeffSELECT 1", "SELECT 2"]),
    ],
)  # fmt: skip
def test_scripts_are_cut_as_psql_and_sqlite_cut_them(script: str, expected: list[str]) -> None:
    assert cut(script, "standard") == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("SELECT 'it\\'s;'; SELECT 2", ["SELECT 'it\\'s;'", "SELECT 2"]),
        ("SELECT 1; # a; b\nSELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 5--1; SELECT 2", ["SELECT 5--1", "SELECT 2"]),
        ("DELIMITER //\nCREATE PROCEDURE p() BEGIN a; b; END//\nDELIMITER ;\nSELECT 1; SELECT 2", ["CREATE PROCEDURE p() BEGIN a; b; END", "SELECT 1", "SELECT 2"]),
        ("delimiter $$\nSELECT 1; $$\nSELECT 2 $$\ndelimiter ;\nSELECT 3;", ["SELECT 1;", "SELECT 2", "SELECT 3"]),
        ("CREATE PROCEDURE p() BEGIN IF a THEN b; END IF; END; SELECT 2", ["CREATE PROCEDURE p() BEGIN IF a THEN b; END IF; END", "SELECT 2"]),
        ("/*!40101 SET NAMES utf8 */; SELECT 1", ["/*!40101 SET NAMES utf8 */", "SELECT 1"]),
        ('SELECT `a;b`; SELECT "a;b"', ["SELECT `a;b`", 'SELECT "a;b"']),
    ],
)  # fmt: skip
def test_scripts_are_cut_as_mysql_cuts_them(script: str, expected: list[str]) -> None:
    assert cut(script, "mysql") == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("SELECT 1\nGO\nSELECT 2\ngo 5\nSELECT 3", ["SELECT 1", "SELECT 2", "SELECT 3"]),
        ("SELECT [a;b]; SELECT 2", ["SELECT [a;b]", "SELECT 2"]),
        ("CREATE PROC p AS SELECT 1; DELETE FROM a;\nGO\nSELECT 2", ["CREATE PROC p AS SELECT 1; DELETE FROM a;", "SELECT 2"]),
        ("UPDATE a\nSET b = 1\nDELETE FROM a\nDROP TABLE b", ["UPDATE a\nSET b = 1", "DELETE FROM a", "DROP TABLE b"]),
        ("INSERT INTO a\nSELECT 1\nALTER TABLE a\nDROP COLUMN b", ["INSERT INTO a\nSELECT 1", "ALTER TABLE a\nDROP COLUMN b"]),
        ("IF OBJECT_ID('a') IS NOT NULL\nBEGIN\n  DROP TABLE a\nEND", ["IF OBJECT_ID('a') IS NOT NULL", "BEGIN", "DROP TABLE a", "END"]),
        ("MERGE a USING b ON 1 = 1\nWHEN MATCHED THEN\nDELETE;\nSELECT 2", ["MERGE a USING b ON 1 = 1\nWHEN MATCHED THEN\nDELETE", "SELECT 2"]),
        ("SELECT 'GO\nGO'\nGO\nSELECT 2", ["SELECT 'GO\nGO'", "SELECT 2"]),
    ],
)  # fmt: skip
def test_scripts_are_cut_as_sql_server_cuts_them(script: str, expected: list[str]) -> None:
    assert cut(script, "sqlserver") == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('DROP TABLE IF EXISTS "shop"."Item", shelf CASCADE', ("drop", "table", ["shop.item", "shelf"], ())),
        ("DROP INDEX CONCURRENTLY IF EXISTS i", ("drop", "index", ["i"], ())),
        ("DROP MATERIALIZED VIEW v", ("drop", "materialized view", ["v"], ())),
        ("TRUNCATE TABLE ONLY a, b", ("truncate", "table", ["a", "b"], ())),
        ("DELETE FROM ONLY a WHERE b", ("delete", "table", ["a"], ())),
        ("DELETE a FROM a JOIN b ON 1", ("delete", "table", ["a"], ())),
        ("UPDATE a AS x SET b = (SELECT 1), x.c = 2 WHERE d", ("update", "table", ["a"], ("b", "c"))),
        ("UPDATE a SET (b, c) = (1, 2)", ("update", "table", ["a"], ("b", "c"))),
        ("WITH x AS (SELECT 1) UPDATE a SET b = 1", ("update", "table", ["a"], ("b",))),
        ("WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x", ("delete", "table", ["a"], ())),
        ("INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1", ("upsert", "table", ["a"], ())),
        ("INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING", ("insert", "table", ["a"], ())),
        ("INSERT INTO a VALUES ('ON CONFLICT (b) DO UPDATE')", ("insert", "table", ["a"], ())),
        ("INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 1", ("upsert", "table", ["a"], ())),
        ("INSERT OR REPLACE INTO a VALUES (1)", ("replace", "table", ["a"], ())),
        ("REPLACE INTO a VALUES (1)", ("replace", "table", ["a"], ())),
        ("MERGE INTO a USING b ON 1 = 1 WHEN MATCHED THEN DELETE", ("merge", "table", ["a"], ())),
        ("MERGE INTO a USING b ON 1 = 1 WHEN NOT MATCHED THEN INSERT (c) VALUES (1)", ("insert", "table", ["a"], ())),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", ("create", "view", ["v"], ())),
        ("CREATE UNIQUE INDEX i ON a (b)", ("create", "index", ["i"], ())),
        ("ALTER TABLE a RENAME TO b", ("rename", "table", ["a"], ())),
        ("ALTER TABLE a RENAME COLUMN b TO c", ("rename", "column", ["a"], ("b",))),
        ("ALTER TABLE a RENAME b TO c", ("rename", "column", ["a"], ("b",))),
        ("ALTER TABLE a RENAME CONSTRAINT b TO c", ("alter", "table", ["a"], ())),
        ("ALTER TABLE IF EXISTS ONLY a ADD b int, DROP COLUMN IF EXISTS c", ("drop", "column", ["a"], ("c",))),
        ("ALTER TABLE a DROP CONSTRAINT b", ("alter", "table", ["a"], ())),
        ("ALTER TABLE a ALTER b TYPE int USING b::int", ("retype", "column", ["a"], ("b",))),
        ("ALTER TABLE a ALTER COLUMN b DROP NOT NULL", ("drop", "not null", ["a"], ("b",))),
        ("ALTER TABLE a ALTER COLUMN b SET NOT NULL", ("alter", "table", ["a"], ())),
        ("ALTER TABLE a CHANGE COLUMN b c int", ("rename", "column", ["a"], ("b",))),
        ("ALTER TABLE a MODIFY b bigint", ("retype", "column", ["a"], ("b",))),
        ("RENAME TABLE a TO b", ("rename", "table", ["a"], ())),
        ("ALTER INDEX a RENAME TO b", ("rename", "index", ["a"], ())),
        ("EXPLAIN DELETE FROM a", ("delete", "table", ["a"], ())),
        ("GRANT DELETE ON a TO b", ("grant", "", [], ())),
    ],
)  # fmt: skip
def test_heads_say_what_is_done(statement: str, expected: tuple[object, ...]) -> None:
    assert head(statement) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("CREATE TABLE a (b int) ENGINE=InnoDB", "mysql"),
        ("SELECT `a` FROM b", "mysql"),
        ("-- as `a` says\nSELECT '{}'::jsonb", "standard"),
        ("SELECT 1\nGO\n", "sqlserver"),
        ("CREATE TABLE [dbo].[a] ([b] INT)", "sqlserver"),
        ("CREATE TABLE a (b int[], c text)", "standard"),
    ],
)
def test_dialects_are_told_by_their_own_words(script: str, expected: Dialect) -> None:
    assert dialect_of(script) == expected


def equal(one: str, other: str) -> bool:
    both = [
        [normal(script, dialect_of(script), part) for part in split(script, dialect_of(script))]
        for script in (one, other)
    ]
    return both[0] == both[1]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("select  1 -- a", "SELECT\n1;", True),
        ("SELECT 'a'", "SELECT 'A'", False),
        ("SELECT a FROM b", 'SELECT "a" FROM b', False),
        ("CREATE FUNCTION f() AS $$ begin  a; end $$", "CREATE FUNCTION f() AS $$\nBEGIN\n  a; -- b\nEND\n$$", True),
        ("CREATE FUNCTION f() AS $$ begin a; end $$", "CREATE FUNCTION f() AS $$ begin b; end $$", False),
        ("SELECT a::int", "SELECT a :: int", True),
        ("SELECT 1; SELECT 2", "SELECT 1;\n;\nSELECT 2;", True),
        ("SELECT 1; SELECT 2", "SELECT 2; SELECT 1", False),
    ],
)  # fmt: skip
def test_layout_and_comments_change_nothing(one: str, other: str, expected: bool) -> None:
    assert equal(one, other) is expected


_PARTS = st.sampled_from(
    ["a", "'", '"', "`", ";", "$$", "$x$", "--", "/*", "*/", "#", "\n", "GO", "\nGO\n", "DELIMITER //\n", "//", "\\", "(", ")", "[", "]",
     "CREATE TRIGGER t ", "BEGIN", "END", "CASE", "E'", "COPY a FROM STDIN;", "\\.", " ", "\r\n", "UPDATE", "é", "\ufeff"]
)  # fmt: skip


@given(
    st.lists(_PARTS, max_size=40).map("".join), st.sampled_from(["standard", "mysql", "sqlserver"])
)
def test_cuts_follow_each_other_and_hold_something(script: str, dialect: Dialect) -> None:
    found = list(split(script, dialect))
    assert all(script[one.start : one.end].strip() for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for one in found:
        head_of(script, dialect, one)
        normal(script, dialect, one)


@pytest.mark.parametrize(
    "part",
    [";", "; \n", "select 1;", "'", "$a$ ", "/*", "GO\n", "DELIMITER a\n", "create trigger t begin a; ", "insert into t values ('a;b');\n",
     "(", "[", "alter table t drop a, ", "/*!", "\\\n", "-- a\n", "case "],
)  # fmt: skip
@pytest.mark.parametrize("dialect", ["standard", "mysql", "sqlserver"])
def test_whatever_is_repeated_takes_its_time_once(part: str, dialect: Dialect) -> None:
    def taken(count: int) -> float:
        script = part * (count // len(part))
        begun = time.process_time()
        for one in split(script, dialect):
            head_of(script, dialect, one)
        return time.process_time() - begun

    taken(1_000)
    assert taken(160_000) < 0.2 * PATIENCE + 2.5 * 8 * taken(20_000)


def test_six_megabytes_take_a_second() -> None:
    rows = "INSERT INTO t (a, b) VALUES (1, 'it''s; a b c'), (2, 'xyz');\n"
    script = (
        f"{rows * 20}CREATE TABLE t (a int, b text);\nALTER TABLE t ADD c int;\nUPDATE t SET c = 1;\n"
    ) * 5000
    assert len(script) > 6_000_000
    begun = time.process_time()
    assert (
        sum(head_of(script, "standard", one).verb == "insert" for one in split(script)) == 100_000
    )
    assert time.process_time() - begun < PATIENCE
