"""Diffs as git and forges write them: which lines are there, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immutable_delivery.forges.diff import file_diff, parsed

if TYPE_CHECKING:
    from tests.conftest import Repository

NAMES = [
    "a",
    "a b",
    "ü/é.txt",
    'q"uote',
    "tab\tname",
    "new\nline",
    "b/a/b",
    "@@ -1 +1 @@",
    "--- a",
    "diff --git a b",
]


@pytest.mark.parametrize("name", NAMES)
def test_each_line_of_the_new_side_is_where_git_says(repository: Repository, name: str) -> None:
    old = "".join(f"line {number}\n" for number in range(60))
    base = repository.commit({name: old, "other": "--- x\n+++ y\n", "gone": "x\n"})
    new = old.replace(
        "line 5\n", "line five\n++ b/x\n-- a/y\n@@ -9 +9 @@\ndiff --git a b\n"
    ).replace("line 50\n", "")
    repository.git("rm", "--quiet", "gone")
    head = repository.commit(
        {name: new.removesuffix("\n"), "other": "-- x\n+++ y\n++ z\n", "bin": b"\0\1", "empty": ""}
    )
    for option in ("-c", "core.quotePath=true"), ("-c", "core.quotePath=false"):
        diff = parsed(repository.git(*option, "diff", base, head))
        assert set(diff) == {name, "other"}
        lines, file = new.split("\n"), diff[name]
        assert {number: line.text for number, line in file.lines.items()} == {
            number: lines[number - 1] for number in file.lines
        }
        assert len(set(file.hunks.values())) >= 2
        assert file.lines[7].old == 0
        assert file.lines[11].text == "line 6"
        assert file.lines[11].old == 7
        assert not file.shows(7, 50)


def test_renamed_file_knows_its_old_name(repository: Repository) -> None:
    text = "".join(f"{number}\n" for number in range(30))
    base = repository.commit({"old name": text})
    repository.git("mv", "old name", "new name")
    head = repository.commit({"new name": f"{text}more\n"})
    [file] = parsed(repository.git("diff", base, head)).values()
    assert (file.path, file.old) == ("new name", "old name")


def test_patch_of_one_file_is_read_alone() -> None:
    file = file_diff(
        "a", "", "@@ -1,2 +1,3 @@ def x():\n one\n-two\n+2\n+3\n\\ No newline at end of file"
    )
    assert {number: (line.text, line.old) for number, line in file.lines.items()} == {
        1: ("one", 1),
        2: ("2", 0),
        3: ("3", 0),
    }


@pytest.mark.parametrize(
    "text", ["", "diff --git a/x b/x\n", "garbage", "diff --git a/x b/x\n+++ b/x\n@@ nothing\n+x"]
)
def test_what_is_no_diff_shows_nothing(text: str) -> None:
    assert all(not one.lines for one in parsed(text).values())
