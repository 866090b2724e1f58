"""Writing changed files: whole or not at all, and never elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.edits.diff import patch
from immutable_delivery.edits.write import Change, Outcome, create, put, write
from immutable_delivery.errors import UsageError

if TYPE_CHECKING:
    from tests.conftest import Repository


def change(path: str, before: bytes, after: bytes = b"new\n") -> Change:
    return Change(path=path, before=before, after=after)


def test_a_file_keeps_its_mode_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a" / "start.sh"
    file.parent.mkdir()
    file.write_bytes(b"old\r\n")
    file.chmod(0o750)
    assert write(tmp_path, [change("a/start.sh", b"old\r\n")]) == [Outcome(path="a/start.sh")]
    assert file.read_bytes() == b"new\n"
    assert file.stat().st_mode & 0o777 == 0o750
    assert list(file.parent.iterdir()) == [file]


def test_what_has_changed_since_is_refused_and_the_others_are_written(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"old")
    outcomes = write(tmp_path, [change("a", b"older"), change("gone", b""), change("c", b"old")])
    assert [outcome.refused for outcome in outcomes] == [
        "has changed since it was judged",
        "cannot be written: No such file or directory",
        "",
    ]
    assert [(tmp_path / name).read_bytes() for name in "abc"] == [b"old", b"old", b"new\n"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


@pytest.mark.parametrize("link", ["file", "folder"])
def test_links_are_refused(tmp_path: Path, link: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "f").write_bytes(b"old")
    if link == "file":
        (root / "f").symlink_to(outside / "f")
    else:
        (root / "d").symlink_to(outside)
    (one,) = write(root, [change("f" if link == "file" else "d/f", b"old")])
    assert one.refused == (
        "is a symbolic link" if link == "file" else "lies behind a symbolic link"
    )
    assert (outside / "f").read_bytes() == b"old"


def test_a_root_behind_a_link_is_no_link_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "f").write_bytes(b"old")
    (tmp_path / "way").symlink_to("real")
    (one,) = write(tmp_path / "way", [change("f", b"old")])
    assert one.written


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "p")
    outcomes = write(tmp_path, [change("d", b""), change("p", b"")])
    assert [outcome.refused for outcome in outcomes] == ["is no regular file"] * 2


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is protected from root")
def test_a_protected_file_or_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o444)
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "f").write_bytes(b"old")
    folder.chmod(0o555)
    outcomes = write(tmp_path, [change("f", b"old"), change("d/f", b"old")])
    folder.chmod(0o755)
    assert [outcome.refused for outcome in outcomes] == [
        "is write-protected",
        "cannot be written: Permission denied",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes files of others")
def test_the_owner_stays(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    os.chown(tmp_path / "f", 1234, 1234)
    (tmp_path / "f").chmod(0o4755)
    write(tmp_path, [change("f", b"old")])
    status = (tmp_path / "f").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (1234, 1234, 0o4755)


def test_a_run_killed_in_the_middle_leaves_files_whole(tmp_path: Path) -> None:
    """Whatever moment the kill hits, every file is old or new."""
    names = [f"f{number}" for number in range(400)]
    for name in names:
        (tmp_path / name).write_bytes(b"old" * 20_000)
    code = (
        "import sys; from pathlib import Path\n"
        "from immutable_delivery.edits.write import Change, write\n"
        "print('go', flush=True)\n"
        f"write(Path({str(tmp_path)!r}), [Change(path=n, before=b'old' * 20_000, after=b'new' * 20_000)"
        f" for n in {names!r}])"
    )
    linter = Path(__file__).parents[2] / "linter"
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(linter)},
    )
    assert running.stdout
    running.stdout.readline()
    while (tmp_path / names[3]).read_bytes().startswith(b"old"):
        assert running.poll() is None
    running.kill()
    running.wait()
    running.stdout.close()
    held = {(tmp_path / name).read_bytes() for name in names}
    assert held == {b"old" * 20_000, b"new" * 20_000}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("f", b"a\nb\n", b"a\nc\n"),
        ("f", b"a\nb", b"a\nc"),
        ("f", b"a\nb", b"a\nc\n"),
        ("f", b"a", b"b\na"),
        ("f", b"\xef\xbb\xbfa\r\nb\r\n", b"\xef\xbb\xbfa\r\nc\r\n"),
        ("d/a name", b"a\rb\x0cc\n", b"a\rb\x0cd\n"),
        ('d/ü"\t\\x', b"a\n", b"b\n"),
    ],
)
def test_git_applies_the_patch(
    repository: Repository, path: str, before: bytes, after: bytes
) -> None:
    repository.write({path: before})
    (repository.root / ".." / "p").resolve().write_bytes(patch([change(path, before, after)]))
    repository.git("apply", "../p")
    assert (repository.root / path).read_bytes() == after


def test_a_file_of_our_own_is_made_replaced_and_never_behind_a_link(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        put(tmp_path, "own", b"one")
    finally:
        os.umask(mask)
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o640
    (tmp_path / "own").chmod(0o600)
    put(tmp_path, "own", b"two")
    assert (tmp_path / "own").read_bytes() == b"two"
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to("own")
    (tmp_path / "folder").mkdir()
    (tmp_path / "behind").symlink_to("folder")
    for path in ("link", "behind/own", "nowhere/own"):
        with pytest.raises(UsageError, match=path):
            put(tmp_path, path, b"three")
    assert (tmp_path / "own").read_bytes() == b"two"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["behind", "folder", "link", "own"]


def test_git_lists_no_unfinished_file(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"d/f": b"old"})
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(repository.git("status", "--porcelain")))
    write(repository.root, [change("d/f", b"old")])
    put(repository.root, "g", b"new")
    assert seen[0] == ""
    assert {one.strip() for one in seen[1:]} == {"M d/f"}


def test_where_git_has_another_disk_the_file_is_made_beside(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"d/f": b"old"})
    listed = []
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path).endswith("d"))
    monkeypatch.setattr(
        os, "fsync", lambda _: listed.append(sorted((repository.root / "d").iterdir()))
    )
    write(repository.root, [change("d/f", b"old")])
    assert len(listed[0]) == 2
    assert [one.name for one in (repository.root / "d").iterdir()] == ["f"]


def test_what_killed_runs_left_is_taken_away(repository: Repository) -> None:
    repository.commit({"f": b"old"})
    left, fresh = (repository.root / ".git" / f".imd-{name}.tmp" for name in ("left", "fresh"))
    for path in (left, fresh):
        path.write_bytes(b"x")
    os.utime(left, (1, 1))
    write(repository.root, [change("f", b"old")])
    assert (left.exists(), fresh.exists()) == (False, True)


def test_a_new_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path / "a/f", b"new")
    assert (tmp_path / "a/f").read_bytes() == b"new"
    (tmp_path / "a/link").symlink_to("nowhere")
    for name in ("f", "link"):
        with pytest.raises(FileExistsError):
            create(tmp_path / "a" / name, b"newer")
    monkeypatch.setattr(os, "fsync", lambda _: os.write(-1, b""))
    with pytest.raises(OSError, match="Bad file"):
        create(tmp_path / "a/g", b"new")
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == ["f", "link"]
