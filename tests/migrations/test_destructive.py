"""What migrations take away or change, in every dialect and by the operations of tools; and what looks like it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.migrations.pairs import ALL

from immutable_delivery.config import Config
from immutable_delivery.findings import Finding
from immutable_delivery.formats.registry import claim
from immutable_delivery.pipeline.examine import examine
from immutable_delivery.policy.model import builtin
from immutable_delivery.policy.selection import Selection
from immutable_delivery.source.files import MemoryFiles

CONFIG = Config(selection=Selection(profile="strict"))
DJANGO = "class Migration(migrations.Migration):\n    operations = [{}]\n"
RAILS = "class A < ActiveRecord::Migration[7.1]\n  def change\n    {}\n  end\nend\n"
ALEMBIC = "down_revision = None\ndef upgrade():\n    {}\n"


def found(path: str, script: str | bytes) -> list[Finding]:
    outcome = examine(
        MemoryFiles({path: script}),
        builtin(),
        CONFIG,
        classify=lambda _: "",
        today=date(2026, 1, 1),
    )
    return list(outcome.findings)


def told(path: str, script: str) -> list[str]:
    """Return the statements that are told, as they are written."""
    return [
        script[one.place.span.start : one.place.span.end]
        for one in found(path, script)
        if one.policy == "destructive-statement"
    ]


def test_there_are_sixty_pairs() -> None:
    assert len(ALL) == 60


@pytest.mark.parametrize("name", ALL)
def test_pairs(name: str) -> None:
    dialect, (bad, good) = name.partition(":")[0], ALL[name]
    path = f"{dialect}/migrations/0001_change.sql"
    assert len(told(path, f"{bad};\n")) == 1
    assert told(path, f"{good};\n") == []


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.drop_table("item")'), ['op.drop_table("item")']),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.alter_column("item", "name", new_column_name="title")'), ['op.alter_column("item", "name", new_column_name="title")']),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.alter_column("item", "name", nullable=False)'), []),
        ("versions/0123456789ab_a.py", ALEMBIC.format('with op.batch_alter_table("item") as b:\n        b.drop_column("name")'), ['b.drop_column("name")']),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.execute("UPDATE item " "SET a = 1")'), ['UPDATE item " "SET a = 1']),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.execute(sa.text("""\n    DELETE FROM item\n    """))'), ["DELETE FROM item"]),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.execute(f"DELETE FROM {table}")'), ["DELETE FROM"]),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.drop_index("item_name")'), []),
        ("versions/0123456789ab_a.py", ALEMBIC.format('op.add_column("item", sa.Column("a", sa.Text()))\n    op.execute("UPDATE item SET a = 1")'), []),
        ("versions/0123456789ab_a.py", ALEMBIC.format("pass") + 'def downgrade():\n    op.drop_table("item")\n', []),
        ("shop/migrations/0002_a.py", DJANGO.format('migrations.DeleteModel(name="Item")'), ['migrations.DeleteModel(name="Item")']),
        ("shop/migrations/0002_a.py", DJANGO.format('migrations.RenameField("item", "a", "b")'), ['migrations.RenameField("item", "a", "b")']),
        ("shop/migrations/0002_a.py", DJANGO.format('migrations.RunSQL("TRUNCATE item", "DELETE FROM other")'), ["TRUNCATE item"]),
        ("shop/migrations/0002_a.py", DJANGO.format("migrations.RunPython(fill, empty)"), []),
        ("db/migrate/20260101000000_a.rb", RAILS.format("drop_table :items"), ["drop_table :items"]),
        ("db/migrate/20260101000000_a.rb", RAILS.format("remove_column(:items, 'price')"), ["remove_column(:items, 'price')"]),
        ("db/migrate/20260101000000_a.rb", RAILS.format("change_table(:items) { |t| t.remove :price }"), ["t.remove :price"]),
        ("db/migrate/20260101000000_a.rb", RAILS.format("execute <<~SQL\n      UPDATE items SET a = 1\n    SQL"), ["UPDATE items SET a = 1"]),
        ("db/migrate/20260101000000_a.rb", RAILS.format("execute 'DELETE FROM items'"), ["DELETE FROM items"]),
        ("db/migrate/20260101000000_a.rb", RAILS.format("Item.where(a: 1).update_all(b: 2)"), ["Item.where(a: 1).update_all(b: 2)"]),
        ("db/migrate/20260101000000_a.rb", RAILS.format("reversible { |d| d.down { drop_table :items } }"), []),
        ("db/migrate/20260101000000_a.rb", RAILS.format("remove_index :items, :price"), []),
    ],
)  # fmt: skip
def test_operations_of_tools(path: str, code: str, expected: list[str]) -> None:
    assert told(path, code) == expected


@pytest.mark.parametrize(
    "path",
    ["db/migration/U1__undo.sql", "migrations/1_a.down.sql", "seeds/migrations/1_a.sql", "db/migration/R__seed_items.sql"],
)  # fmt: skip
def test_ways_back_and_seeds_are_exempt(path: str) -> None:
    assert claim(path, b"DELETE FROM item;\n")
    assert told(path, "DELETE FROM item;\n") == []


def test_where_a_comment_parts_both_ways_only_what_is_applied_counts() -> None:
    script = "-- migrate:up\nDROP TABLE item;\n-- migrate:down\nDROP TABLE other;\n-- migrate:up\nDROP TABLE last;\n"
    assert told("db/migrations/20260101000000_a.sql", script) == [
        "DROP TABLE item",
        "DROP TABLE last",
    ]


def test_a_comment_above_silences() -> None:
    script = "-- imd: ignore[destructive-statement] nothing reads it since 4.2\nDROP TABLE item;\nDROP TABLE other;\n"
    assert told("migrations/1_a.sql", script) == ["DROP TABLE other"]


@pytest.mark.parametrize(
    ("path", "data", "policy"),
    [
        ("migrations/1_a.sql", b"INSERT INTO a VALUES ('\xff');\nDROP TABLE b;\n", "destructive-statement"),
        ("migrations/1_a.sql", "\ufeffDROP TABLE b;\n".encode("utf-16-le"), "unreadable"),
        ("migrations/1_a.sql", b"SELECT 'never closed;\n" * 3, ""),
        ("migrations/1_a.sql", b";" * 1_000_000, ""),
        ("versions/0123456789ab_a.py", b"down_revision = (((((\ndef upgrade(:\n", ""),
        ("db/migrate/20260101000000_a.rb", b"class A < ActiveRecord::Migration\n def up\n  execute <<~SQL\n", ""),
        ("db/changelog/a.xml", b"<databaseChangeLog><changeSet>", "unreadable"),
        ("db/changelog/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><databaseChangeLog>&b;</databaseChangeLog>', "unreadable"),
        ("db/changelog/a.yaml", b"databaseChangeLog:\n- changeSet: {id: [}\n", "unreadable"),
        ("db/changelog/a.yaml", b"databaseChangeLog: 5\n", ""),
    ],
)  # fmt: skip
def test_broken_input_is_told_or_means_nothing(path: str, data: bytes, policy: str) -> None:
    assert [one.policy for one in found(path, data)] == ([policy] if policy else [])


def test_a_dump_of_fifty_thousand_lines_is_no_migration() -> None:
    rows = "INSERT INTO item VALUES (1);\nDROP TABLE item;\n" * 25_000
    assert told("db/migrations/20260101000000_all.sql", f"-- MySQL dump 10.13\n{rows}") == []


COPY = "INSERT INTO item (id) SELECT id FROM old_item;\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("ALTER TABLE item RENAME TO old_item;\nCREATE TABLE item (id int);\n" + COPY + "DROP TABLE old_item;\n", []),
        ("ALTER TABLE item RENAME TO old_item;\nCREATE TABLE item (id int);\nDROP TABLE old_item;\n", ["DROP TABLE old_item"]),
        ("ALTER TABLE item RENAME TO old_item;\nDROP TABLE old_item;\n", ["ALTER TABLE item RENAME TO old_item", "DROP TABLE old_item"]),
        ("CREATE TABLE s.new (id int);\nRENAME TABLE s.item TO s.old;\nRENAME TABLE s.new TO s.item;\n", []),
        ("DROP TABLE item_mv;\nCREATE MATERIALIZED VIEW item_mv TO hourly AS SELECT 1;\n", []),
        ("ALTER TABLE item ALTER CONSTRAINT item_price NOT DEFERRABLE;\n", []),
        ("ALTER TABLE item ALTER INDEX item_price INVISIBLE;\n", []),
    ],
)  # fmt: skip
def test_what_is_put_aside_and_what_holds_no_rows(script: str, expected: list[str]) -> None:
    assert told("migrations/0001_a.sql", script) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("V0001.Users.up.sql", 1),
        ("V0001.Users.down.sql", 0),
        ("0001_users_down.sql", 0),
        ("0001-down.sql", 0),
        ("0001_users.rollback.sql", 0),
        ("0001_markdown.sql", 1),
        ("0001_shut_down_accounts.sql", 1),
        ("0001_undone.sql", 1),
    ],
)
def test_what_the_name_of_a_file_says_of_its_direction(name: str, expected: int) -> None:
    assert len(told(f"migrations/{name}", "DROP TABLE item;\n")) == expected


def test_another_type_is_told_as_what_it_is() -> None:
    (one,) = found("migrations/0001_a.sql", "ALTER TABLE item ALTER COLUMN price TYPE text;\n")
    assert "gives a column another type" in one.message


def test_blocks_inside_each_other_are_looked_into_as_deep_as_somebody_writes() -> None:
    nested = "safety_assured do\n" * 2_000 + "remove_column :a, :b\n" + "end\n" * 2_000
    for depth, code in (
        (3, "safety_assured do\n" * 3 + "remove_column :a, :b\n" + "end\n" * 3),
        (0, nested),
    ):
        assert len(told("db/migrate/20260101000000_a.rb", RAILS.format(code))) == 1, depth
