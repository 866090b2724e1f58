"""Edited migrations with real git: what the default branch has had is told once it changes, in every mode; nothing else is."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.kit import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repository

V1, V2, V3 = (f"db/migration/V{number}__shop.sql" for number in (1, 2, 3))
ITEM = "CREATE TABLE item (id bigint);\n"
PRICE = "ALTER TABLE item ADD COLUMN price int;\n"
SHELF = "CREATE TABLE shelf (id bigint);\n"


def write(repository: Repository, **files: str) -> None:
    for path, text in files.items():
        target = repository.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def commit(repository: Repository, **files: str) -> None:
    write(repository, **files)
    repository.git("add", "-A")
    repository.git("commit", "-q", "--allow-empty", "-m", "state")


def report(repository: Repository, *options: str) -> Any:
    result = repository.call(
        "check", "--output-format", "json", "--select", "edited-migration", *options
    )
    assert result.code in {0, 1}, result
    return json.loads(result.out)


def told(repository: Repository, *options: str) -> list[tuple[str, str, int]]:
    """Return severity, file and line of what is told."""
    found = report(repository, *options)["findings"]
    own = [one for one in found if one["policy"] == "edited-migration"]
    return [(one["severity"], one["place"]["file"], one["place"]["start"]["line"]) for one in own]


@pytest.fixture
def shop(repository: Repository) -> Repository:
    """Two migrations on the default branch."""
    commit(repository, **{V1: ITEM})
    commit(repository, **{V2: f"-- what it costs\n{PRICE}"})
    return repository


@pytest.mark.parametrize("options", [(), ("--staged",), ("--since", "HEAD")])
def test_a_change_on_top_of_the_default_branch_is_told(
    shop: Repository, options: tuple[str, ...]
) -> None:
    write(shop, **{V1: ITEM.replace("bigint", "uuid")})
    shop.git("add", "-A")
    assert told(shop, *options) == [("error", V1, 1)]


@pytest.mark.parametrize("options", [(), ("--staged",), ("--since", "HEAD")])
def test_what_leaves_the_statements_equal_is_not(
    shop: Repository, options: tuple[str, ...]
) -> None:
    write(shop, **{V1: "-- items\ncreate table item (\n  id  bigint /* key */\n)\n;\n\n"})
    shop.git("add", "-A")
    assert told(shop, *options) == []


def test_a_branch_that_edits_is_told_though_it_is_committed(shop: Repository) -> None:
    shop.git("checkout", "-q", "-b", "topic")
    commit(shop, **{V1: ITEM.replace("bigint", "uuid")})
    commit(shop, README="x")
    assert told(shop) == [("error", V1, 1)]
    assert told(shop, "--since", "master") == [("error", V1, 1)]
    assert told(shop, "--since", "HEAD^") == []


def test_a_branch_may_edit_what_it_brings(shop: Repository) -> None:
    shop.git("checkout", "-q", "-b", "topic")
    commit(shop, **{V3: SHELF})
    commit(shop, **{V3: SHELF.replace("bigint", "int")})
    write(shop, **{V3: SHELF.replace("bigint", "uuid")})
    shop.git("add", "-A")
    assert told(shop) == told(shop, "--staged") == told(shop, "--since", "HEAD") == []


def test_a_branch_is_not_to_blame_for_what_the_default_branch_did_since(shop: Repository) -> None:
    shop.git("branch", "topic")
    commit(shop, **{V1: ITEM.replace("bigint", "uuid"), V3: SHELF})
    shop.git("checkout", "-q", "topic")
    assert told(shop) == told(shop, "--since", "master") == []


def test_what_the_newest_commit_of_the_branch_edits_is_an_error_and_older_ones_a_warning(
    shop: Repository,
) -> None:
    commit(shop, **{V1: ITEM.replace("bigint", "uuid")})
    assert told(shop) == [("error", V1, 1)]
    commit(shop, README="x")
    assert told(shop) == [("warning", V1, 1)]
    assert told(shop, "--since", "HEAD^") == []
    assert told(shop, "--since", "HEAD~2") == [("error", V1, 1)]


def test_restoring_the_first_state_is_no_edit(shop: Repository) -> None:
    commit(shop, **{V1: ITEM.replace("bigint", "uuid")})
    write(shop, **{V1: ITEM})
    shop.git("add", "-A")
    assert told(shop) == told(shop, "--staged") == []


def test_what_was_taken_back_and_brought_again_is_new(shop: Repository) -> None:
    shop.git("rm", "-q", V2)
    shop.git("commit", "-q", "-m", "revert")
    commit(shop, **{V2: PRICE.replace("int", "numeric")})
    assert told(shop) == []


def test_what_a_forge_put_there_at_one_moment_came_together(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-01T12:00:00Z")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "GitHub")
    identity = ("-c", "user.name=GitHub")
    write(shop, **{V3: SHELF})
    shop.git("add", "-A")
    shop.git(*identity, "commit", "-q", "-m", "new")
    write(shop, **{V3: SHELF.replace("bigint", "uuid")})
    shop.git("add", "-A")
    shop.git(*identity, "commit", "-q", "-m", "mended in review")
    assert told(shop) == []


def test_a_migration_that_is_gone_from_the_middle_is_told(shop: Repository) -> None:
    commit(shop, **{V3: SHELF})
    (shop.root / V2).unlink()
    shop.git("add", "-A")
    assert (
        told(shop) == told(shop, "--staged") == told(shop, "--since", "HEAD") == [("error", V3, 1)]
    )


def test_a_prefix_that_is_gone_as_a_whole_is_a_note(shop: Repository) -> None:
    commit(shop, **{V3: SHELF})
    for path in (V1, V2):
        (shop.root / path).unlink()
    write(shop, **{"db/migration/B2__all.sql": ITEM + PRICE})
    shop.git("add", "-A")
    assert told(shop) == [("note", V3, 1)]


def test_another_version_for_the_same_statements_is_told(shop: Repository) -> None:
    shop.git("mv", V2, V3)
    assert told(shop, "--staged") == told(shop) == [("error", V3, 2)]


def test_another_folder_is_none(shop: Repository) -> None:
    (shop.root / "server").mkdir()
    shop.git("mv", "db", "server/db")
    assert told(shop, "--staged") == told(shop) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("db/migration/R__view.sql", "CREATE VIEW a AS SELECT 1;\n", "CREATE VIEW a AS SELECT 2;\n"),
        ("db/migration/U1__shop.sql", "DROP TABLE item;\n", "DROP TABLE IF EXISTS item;\n"),
        ("migrations/1_a.down.sql", "DROP TABLE item;\n", "DROP TABLE IF EXISTS item;\n"),
        ("db/structure.sql", ITEM, SHELF),
        ("db/migrations/20260101000000_all.sql", "-- PostgreSQL database dump\nCREATE TABLE a (b int);\n", "-- PostgreSQL database dump\nCREATE TABLE c (b int);\n"),
        ("db/migrations/20260101000000_a.sql", f"-- migrate:up\n{ITEM}-- migrate:down\nDROP TABLE item;\n", f"-- migrate:up\n{ITEM}\n-- migrate:down\nDROP TABLE x;\n"),
        ("migrations/00001_a.sql", f"-- +goose Up\n{ITEM}-- +goose Down\nDROP TABLE item;\n", f"-- +goose Up\n{ITEM}\n-- +goose Down\nDROP TABLE x;\n"),
    ],
)  # fmt: skip
def test_repeatable_ones_dumps_and_ways_back_may_change(
    repository: Repository, path: str, old: str, new: str
) -> None:
    commit(repository, **{path: old, V1: ITEM})
    write(repository, **{path: new})
    assert told(repository) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("prisma/migrations/20260101000000_init/migration.sql", ITEM, SHELF),
        ("migrations/000001_init.up.sql", ITEM, SHELF),
        ("db/migrations/20260101000000_init.sql", f"-- migrate:up\n{ITEM}", f"-- migrate:up\n{SHELF}"),
        ("migrations/2026-01-01-000000_init/up.sql", ITEM, SHELF),
        ("src/migrations/20260101000000_init.js", "exports.up = (k) => k.schema.createTable('a');\n", 'exports.up = (k) => k.schema.createTable("b");\n'),
        ("Data/Migrations/20260101000000_Init.cs", 'protected override void Up(MigrationBuilder b) { b.DropTable("a"); }\n', 'protected override void Up(MigrationBuilder b) { b.DropTable("b"); }\n'),
        ("migrations/versions/1a2b3c4d5e6f_init.py", "down_revision = None\ndef upgrade():\n    op.drop_table('a')\n", "down_revision = None\ndef upgrade():\n    op.drop_table('b')\n"),
    ],
)  # fmt: skip
def test_every_tool_has_its_layout(repository: Repository, path: str, old: str, new: str) -> None:
    commit(repository, **{path: old})
    assert told(repository) == []
    write(repository, **{path: new})
    assert [one[:2] for one in told(repository)] == [("error", path)]


def test_a_shallow_clone_is_said_once(shop: Repository, tmp_path: Path) -> None:
    commit(shop, **{V3: SHELF})
    shop.git("clone", "-q", "--depth", "1", f"file://{shop.root}", str(tmp_path / "clone"))
    found = json.loads(shop.call("check", str(tmp_path / "clone"), "--output-format", "json").out)
    words = [one["message"] for one in found["findings"] if "shallow" in one["message"]]
    assert len(words) == 1
    assert "git fetch --unshallow" in words[0]


def test_the_hook_shows_it(shop: Repository) -> None:
    write(shop, **{V2: PRICE.replace("int", "numeric")})
    shop.git("add", "-A")
    result = shop.call("check", "--staged")
    assert result.code == 1
    assert "edited-migration" in result.out
    assert V2 in result.out


def test_two_thousand_migrations_are_compared_in_half_a_second(repository: Repository) -> None:
    files = {
        f"db/migrations/{number:04}_m.up.sql": f"CREATE TABLE t{number} (a int);\n"
        for number in range(2000)
    }
    commit(repository, **files)
    path = "db/migrations/1000_m.up.sql"
    write(repository, **{path: "CREATE TABLE other (a int);\n"})
    repository.git("add", "-A")
    repository.call("check", "--staged")  # what is remembered of the others
    begun = time.process_time()
    assert told(repository, "--staged") == [("error", path, 1)]
    assert time.process_time() - begun < 0.5 * PATIENCE


def test_a_change_is_not_told_what_its_branch_edited_long_ago(shop: Repository) -> None:
    commit(shop, **{V1: ITEM.replace("bigint", "uuid")})
    commit(shop, **{V1: f"-- formatted\n{ITEM.replace('bigint', 'uuid')}"})
    assert told(shop, "--since", "HEAD^") == []
    assert told(shop) == [("warning", V1, 2)]


def test_every_finding_of_data_says_so(shop: Repository) -> None:
    write(shop, **{V3: "DROP TABLE item;\n"})
    found = json.loads(shop.call("check", "--select", "layer:data", "--output-format", "json").out)
    assert [(one["policy"], one["layer"]) for one in found["findings"]] == [
        ("destructive-statement", "data")
    ]
    assert "Layers: 1 data" in shop.call("check", "--select", "layer:data").out


def test_a_change_set_is_compared_by_itself(repository: Repository) -> None:
    path = "db/changelog/shop.xml"
    sets = '<databaseChangeLog>\n<changeSet id="1" author="a"><createTable tableName="a"/></changeSet>\n{}\n</databaseChangeLog>\n'
    second = '<changeSet id="2" author="a"{}><dropTable tableName="{}"/></changeSet>'
    commit(repository, **{path: sets.format(second.format("", "b"))})
    write(repository, **{path: sets.format(second.format("", "c"))})
    assert told(repository) == [("error", path, 3)]
    write(repository, **{path: sets.format(second.format(' runOnChange="true"', "c"))})
    assert told(repository) == []
    write(repository, **{path: sets.format("")})
    assert told(repository) == [("error", path, 2)]


def test_of_a_long_history_the_newest_part_is_read(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("immutable_delivery.repository.mainline.MOST_COMMITS", 2)
    commit(shop, **{V1: ITEM.replace("bigint", "uuid")})
    commit(shop, README="x")
    assert told(shop) == [("warning", V1, 1)]
    assert "only its newest 2 commits are read" in shop.call("check").out.replace("\n  ", " ")
    commit(shop, README="y")
    assert told(shop) == []
