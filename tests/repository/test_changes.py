"""What a change touches, and which findings it brings: on changed lines, and elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.findings import Finding, Severity
from immutable_delivery.repository import diffs
from immutable_delivery.repository.changes import Change, Changes, elsewhere, introduced
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.objects import index_files
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span

if TYPE_CHECKING:
    from tests.conftest import Repository


def _staged(repository: Repository) -> Changes:
    git = Git.open(repository.root)
    assert git
    return diffs.staged(git, "HEAD", index_files(git))


def _lines(changes: Changes, path: str) -> tuple[tuple[int, int], ...] | None:
    return changes.files[path].lines


# What git tells


def test_lines_of_a_modified_file(repository: Repository) -> None:
    repository.commit({"a": "1\n2\n3\n4\n5\n6\n"})
    repository.add({"a": "1\ntwo\n3\n5\n6\n7\n8"})
    changes = _staged(repository)
    assert changes.files == {"a": Change("a", lines=((2, 1), (6, 2)))}
    assert changes.deleted == set()


def test_added_and_deleted_files(repository: Repository) -> None:
    repository.commit({"gone": "1\n", "kept": "2\n"})
    repository.add({"new": "3\n"})
    repository.git("rm", "--quiet", "gone")
    changes = _staged(repository)
    assert changes.files == {"new": Change("new")}
    assert changes.deleted == {"gone"}
    assert changes.paths == {"gone", "new"}


def test_renamed_file_keeps_its_lines(repository: Repository) -> None:
    lines = [f"{number}\n" for number in range(50)]
    repository.commit({"old": "".join(lines), "other": "x\n" * 50})
    lines[20] = "changed\n"
    repository.git("mv", "old", "new")
    repository.add({"new": "".join(lines)})
    repository.git("mv", "other", "moved")
    changes = _staged(repository)
    assert changes.files["new"] == Change("new", "old", ((21, 1),))
    assert changes.files["moved"] == Change("moved", "other", ())
    assert changes.renamed == {"old": "new", "other": "moved"}
    assert changes.paths == {"old", "new", "other", "moved"}


def test_names_of_any_bytes(repository: Repository) -> None:
    names = [
        *(
            "with space",
            "é 日本",
            'quo"te',
            "back\\slash",
            "new\nline",
            "tab\t",
            " lead",
            "b/b",
            "+++ b",
        ),
        os.fsdecode(b"caf\xe9"),
    ]
    repository.commit(dict.fromkeys(names, "1\n2\n"))
    repository.add(dict.fromkeys(names, "1\ntwo\n"))
    assert _staged(repository).files == {name: Change(name, lines=((2, 1),)) for name in names}


def test_lines_that_look_like_headers(repository: Repository) -> None:
    repository.commit({"a": "1\n-- a/b\n3\n", "b": "1\n", "c": "1"})
    repository.add(
        {"a": "1\n++ b/b\n@@ -1 +1 @@\ndiff --git a/b b/b\n3\n", "b": "1\n2\n", "c": "2"}
    )
    changes = _staged(repository)
    assert _lines(changes, "a") == ((2, 3),)
    assert _lines(changes, "b") == ((2, 1),)
    assert _lines(changes, "c") == ((1, 1),)


def test_binary_files_have_changed_as_a_whole(repository: Repository) -> None:
    repository.commit({"a": b"\0\1", "b": "1\n", ".gitattributes": "b -diff\n"})
    repository.add({"a": b"\0\2", "b": "2\n"})
    changes = _staged(repository)
    assert changes.files == {"a": Change("a"), "b": Change("b")}


def test_mode_and_type(repository: Repository) -> None:
    repository.commit({"run": "1\n", "file": "1\n"})
    (repository.root / "run").chmod(0o755)
    (repository.root / "file").unlink()
    (repository.root / "file").symlink_to("run")
    repository.git("add", ".")
    assert _staged(repository).files == {"run": Change("run", lines=()), "file": Change("file")}


def test_settings_of_the_person_change_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"sub/a": "".join(f"{number}\n" for number in range(20))})
    text = "".join(f"{number}\n" for number in range(20) if number != 5).replace("9\n", "nine\n", 1)
    repository.add({"sub/a": text})
    expected = _staged(repository)
    settings = {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "9",
        "diff.interHunkContext": "9",
        "diff.renames": "false",
        "diff.relative": "true",
        "diff.orderFile": "/dev/null",
        "diff.algorithm": "patience",
        "diff.colorMoved": "zebra",
        "color.ui": "always",
        "core.quotePath": "false",
    }
    for key, value in settings.items():
        repository.git("config", key, value)
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=5")
    monkeypatch.chdir(repository.root / "sub")
    assert (
        _staged(repository).files == expected.files == {"sub/a": Change("sub/a", lines=((9, 1),))}
    )


def test_working_tree_against_a_commit(repository: Repository) -> None:
    repository.commit(
        {"a": "1\n2\n", "gone": "", "back": "1\n", ".gitignore": "*.log\n", "same": "1\n"}
    )
    repository.add({"a": "1\n2\n3\n"})
    repository.git("rm", "--quiet", "--cached", "back")
    repository.write({"a": "0\n1\n2\n3\n", "new": "", "x.log": ""})
    (repository.root / "gone").unlink()
    os.utime(repository.root / "same", (1, 1))
    git = Git.open(repository.root)
    assert git
    files = open_tree(repository.root).files
    changes = diffs.working(git, "HEAD", files, frozenset({"new", "back"}))
    lines = {path: change.lines for path, change in changes.files.items() if change.lines != ()}
    assert lines == {"a": ((1, 1), (4, 1)), "new": None, "back": None}
    assert changes.deleted == {"gone"}


def test_large_change_is_read_as_it_comes(repository: Repository) -> None:
    repository.commit({"a": "".join(f"{number}\n" for number in range(50_000))})
    repository.add({"a": "".join(f"{number} {number % 2 or ''}\n" for number in range(50_000))})
    assert _lines(_staged(repository), "a") == ((1, 50_000),)


# Places


def _changes(value: str, *lines: tuple[int, int], path: str = "f") -> Changes:
    change = Change(path, lines=lines)
    return Changes({path: change}, frozenset(), MemoryFiles({path: value}))


@pytest.mark.parametrize(
    ("value", "lines", "wanted"),
    [
        ("ab\ncd\nef\n", ((2, 1),), "cd\n"),
        ("ab\r\ncd\r\nef\r\n", ((2, 1),), "cd\r\n"),
        ("a\rb\ncd\ref\ngh", ((2, 1),), "cd\ref\n"),  # git ends lines at LF alone
        ("ab\ncd", ((2, 1),), "cd"),
        ("é\n日本\n𝒳\n", ((2, 1),), "日本\n"),
        ("\ufeffab\ncd\n", ((1, 1),), "ab\n"),
        ("ab\ncd\nef\ngh\nij\n", ((1, 1), (4, 2)), "ab\ngh\nij\n"),
    ],
)
def test_places_on_changed_lines(
    value: str, lines: tuple[tuple[int, int], ...], wanted: str
) -> None:
    changes = _changes(value, *lines)
    value = value.removeprefix("\ufeff")
    touched = (
        char
        for at, char in enumerate(value)
        if changes.touches(Place("f", Span(at, at + 1)))
        and changes.touches(Place("f", Span(at, at)))
    )
    assert "".join(touched) == wanted


def test_place_over_several_lines_touches_each() -> None:
    changes = _changes("ab\ncd\nef\n", (2, 1))
    assert changes.touches(Place("f", Span(0, 4)))
    assert changes.touches(Place("f", Span(4, 9)))
    assert not changes.touches(Place("f", Span(0, 3)))
    assert not changes.touches(Place("other", Span(3, 4)))


def test_change_of_what_is_no_text_is_everywhere() -> None:
    changes = Changes({"f": Change("f", lines=((9, 1),))}, frozenset(), MemoryFiles({"f": b"\xff"}))
    assert changes.touches(Place("f", Span(0, 0)))


def test_many_changed_lines_are_found_fast() -> None:
    value = "ab\n" * 100_000
    changes = _changes(value, *((number, 1) for number in range(1, 100_000, 2)))
    found = sum(changes.touches(Place("f", Span(at, at + 1))) for at in range(0, len(value), 3))
    assert found == 50_000


# Findings


def _finding(
    name: str,
    at: int = 0,
    *,
    file: str = "f",
    uses: tuple[Place, ...] = (),
    severity: Severity = "error",
    print_of: str | None = None,
    **more: object,
) -> Finding:
    place = Place(file, Span(at, at + 1))
    return Finding(
        policy="floating-tag",
        severity=severity,
        message=f"{name} can move",
        place=place,
        extent=place,
        uses=uses,
        fingerprint=f"{file} {name} 1" if print_of is None else print_of,
        **more,  # type: ignore[arg-type]
    )


CHANGES = _changes("ab\ncd\nef\n", (2, 1))


def test_finding_on_a_changed_line_is_reported_though_it_was_there() -> None:
    old, new = _finding("a", 0), _finding("b", 3)
    assert introduced([old, new], [old, new], CHANGES) == [new]


def test_finding_whose_use_changed_is_reported() -> None:
    used = _finding("a", 5, file=".env", uses=(Place("f", Span(4, 5)),))
    assert introduced([used], [used], CHANGES) == [used]


def test_finding_that_the_change_caused_elsewhere_is_reported() -> None:
    old, caused = _finding("a"), _finding("b", file="Dockerfile")
    assert introduced([old, caused], [old], CHANGES) == [caused]
    assert elsewhere([old, caused, _finding("c", 3)], CHANGES) == [old, caused]


def test_moved_finding_is_known() -> None:
    assert introduced([_finding("a", 6)], [_finding("a", 0)], CHANGES) == []


def test_twin_inserted_above_does_not_make_the_old_one_new() -> None:
    before = [_finding("a", 0, print_of="a1")]
    new, old = _finding("a", 3, print_of="a1"), _finding("a", 6, print_of="a2")
    assert introduced([new, old], before, CHANGES) == [new]


def test_twin_that_appears_elsewhere_is_new() -> None:
    before = [_finding("a", 0, print_of="a1")]
    old, new = _finding("a", 0, print_of="a1"), _finding("a", 6, print_of="a2")
    assert introduced([old, new], before, CHANGES) == [new]


def test_finding_in_a_renamed_file_is_known() -> None:
    renamed = Changes({"new": Change("new", "old", ())}, frozenset(), MemoryFiles({"new": "ab\n"}))
    before = [_finding("a", file="old")]
    known, other = _finding("a", file="new"), _finding("b", file="new")
    assert introduced([known, other], before, renamed) == [other]


def test_service_called_after_its_folder_is_known_when_that_moves() -> None:
    moved = Changes({"b/f": Change("b/f", "a/f", ())}, frozenset(), MemoryFiles({"b/f": "ab\n"}))
    before = [_finding("a", file="a/f", owner="a"), _finding("a", file="c/f", owner="c")]
    here, there = _finding("a", file="b/f", owner="b"), _finding("a", file="c/f", owner="d")
    assert introduced([here], before, moved) == []
    assert introduced([there], [before[1]], moved) == []  # its fingerprint is known
    there = _finding("a", file="c/f", owner="d", print_of="other")
    assert introduced([there], [before[1]], moved) == [there]


@pytest.mark.parametrize(
    ("before", "after", "reported"),
    [
        ({"severity": "note"}, {"severity": "error"}, True),
        ({"severity": "error"}, {"severity": "note"}, False),
        ({"suppressed": "because"}, {}, True),
        ({"enabled": False}, {}, True),
        ({"enabled": False}, {"enabled": False}, False),
        ({}, {"severity": "warning"}, False),
    ],
)
@pytest.mark.parametrize("prints", [("1", "1"), ("1", "2"), ("", "")])
def test_finding_that_was_less_than_now_is_reported(
    before: dict[str, object], after: dict[str, object], reported: bool, prints: tuple[str, str]
) -> None:
    was = _finding("a", print_of=prints[0], **before)  # type: ignore[arg-type]
    now = _finding("a", print_of=prints[1], **after)  # type: ignore[arg-type]
    assert introduced([now], [was], CHANGES) == ([now] if reported else [])


def test_order_is_kept() -> None:
    findings = [_finding(str(number), number % 9) for number in range(20)]
    assert introduced(findings, [], CHANGES) == findings
