"""The same repository read from the disk, the index and a commit, whatever lies in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.errors import UnreadableError, UsageError
from immutable_delivery.repository.batch import Batch
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.objects import commit_files, commit_of, index_files
from immutable_delivery.repository.symlinks import follow
from immutable_delivery.repository.tree import RepositoryFiles
from immutable_delivery.repository.walk import walk
from immutable_delivery.repository.working import WorkingTree

if TYPE_CHECKING:
    from tests.conftest import Repository

Reading = Callable[[Path], RepositoryFiles]


def _git(root: Path) -> Git:
    git = Git.open(root)
    assert git
    return git


def working(root: Path) -> WorkingTree:
    return WorkingTree(root, _git(root))


def index(root: Path) -> RepositoryFiles:
    return index_files(_git(root))


def commit(root: Path) -> RepositoryFiles:
    return commit_files(_git(root), commit_of(_git(root), "HEAD"))


def plain(root: Path) -> WorkingTree:
    return WorkingTree(root)


every = pytest.mark.parametrize("read", [working, index, commit])


def _reason(files: RepositoryFiles, path: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        files.read(path)
    return caught.value.reason


@every
def test_files_are_sorted_and_read(repository: Repository, read: Reading) -> None:
    repository.commit({"web/Dockerfile": "FROM a\n", "Dockerfile": b"\xff\0", "empty": ""})
    files = read(repository.root)
    assert list(files.paths) == ["Dockerfile", "empty", "web/Dockerfile"]
    assert files.read("web/Dockerfile") == b"FROM a\n"
    assert files.read("Dockerfile") == b"\xff\0"
    assert files.read("empty") == b""
    assert _reason(files, "web") == "is a folder"
    assert _reason(files, "none") == "is not there"
    assert _reason(files, "Dockerfile/none") == "is not there"
    assert _reason(files, "no\0ne") == "is not there"


@every
def test_names_of_any_bytes(repository: Repository, read: Reading) -> None:
    names = [
        os.fsdecode(name)
        for name in (b"caf\xe9", b"new\nline\ttab", "é 日本".encode(), b'q"uote\\')
    ]
    repository.commit(
        {f"folder {name}/{name}": name.encode(errors="surrogateescape") for name in names}
    )
    files = read(repository.root)
    assert sorted(files.paths) == sorted(f"folder {name}/{name}" for name in names)
    for path in files.paths:
        assert os.fsdecode(files.read(path)) == path.partition("/")[2]


@every
def test_larger_files_are_refused_without_harm_to_the_next(
    repository: Repository, read: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("immutable_delivery.repository.batch.MAX_BYTES", 2_000_000)
    monkeypatch.setattr("immutable_delivery.repository.working.MAX_BYTES", 2_000_000)
    repository.commit({"large": b"x" * 3_000_001, "limit": b"y" * 2_000_000, "small": "z"})
    files = read(repository.root)
    assert _reason(files, "large") == "is larger than 2 MB"
    assert files.read("small") == b"z"
    assert len(files.read("limit")) == 2_000_000


@every
def test_links_are_followed_within_the_repository(repository: Repository, read: Reading) -> None:
    repository.write({"real/Dockerfile": "FROM a\n", "deep/er/x": ""})
    (repository.root / "link").symlink_to("real")
    (repository.root / "deep/er/up").symlink_to("../../link/Dockerfile")
    (repository.root / "deep/er/root").symlink_to("../..")
    repository.git("add", ".")
    repository.commit()
    files = read(repository.root)
    assert list(files.paths) == [
        "deep/er/root",
        "deep/er/up",
        "deep/er/x",
        "link",
        "real/Dockerfile",
    ]
    assert files.read("link/Dockerfile") == files.read("deep/er/up") == b"FROM a\n"
    assert files.read("deep/er/root/deep/er/root/real/Dockerfile") == b"FROM a\n"
    assert files.link("link") == "real"
    assert files.link("real/Dockerfile") is None
    assert files.state("link/Dockerfile") == files.state("link") == "tracked"
    assert files.state("link/none") == "missing"
    assert _reason(files, "link") == "is a folder"


@every
@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../../outside", "is a link out of the repository"),
        ("/etc/passwd", "is a link out of the repository"),
        ("loop", "is a link that leads back to itself"),
        ("nothing", "is not there"),
    ],
)
def test_other_links_are_refused(
    repository: Repository, read: Reading, target: str, reason: str
) -> None:
    (repository.root / "../../outside").write_text("secret")
    (repository.root / "loop").symlink_to(target)
    repository.git("add", "loop")
    repository.commit()
    files = read(repository.root)
    assert _reason(files, "loop") == reason
    assert not files.executable("loop")


def test_links_may_be_many_and_long() -> None:
    none: dict[str, str] = {}
    chain = {str(number): str(number + 1) for number in range(39)}
    assert follow("0", chain.get) == "39"
    with pytest.raises(UnreadableError, match="back to itself"):
        follow("0", {**chain, "39": "40", "40": "41"}.get)
    with pytest.raises(UnreadableError, match="broken link"):
        follow("a", {"a": "b/" * 5000}.get)
    assert follow("./a/../b//c", none.get) == "b/c"
    with pytest.raises(UnreadableError, match="out of the repository"):
        follow("..", none.get)


@every
def test_executable(repository: Repository, read: Reading) -> None:
    repository.write({"run": "#!/bin/sh\n", "data": ""})
    (repository.root / "run").chmod(0o755)
    repository.git("add", ".")
    repository.commit()
    files = read(repository.root)
    assert files.executable("run")
    assert not files.executable("data")
    assert not files.executable("none")


@every
def test_submodules_are_named_and_not_read(
    repository: Repository, tmp_path: Path, read: Reading
) -> None:
    repository.commit({"a": "1"})
    repository.git("clone", "--quiet", ".", str(tmp_path / "other"))
    repository.git("submodule", "--quiet", "add", str(tmp_path / "other"), "libs/other")
    repository.commit()
    files = read(repository.root)
    assert list(files.paths) == [".gitmodules", "a"]
    assert files.submodules == ("libs/other",)
    assert (
        files.state("libs/other/a") == files.state("libs/other") == files.state("libs") == "tracked"
    )


@every
def test_states(repository: Repository, read: Reading) -> None:
    repository.commit({"src/a": "1", ".gitignore": "*.log\n/dist/\n/ln\n", "gone": ""})
    repository.write({"src/a.log": "", "dist/x/y": "", "new/b": "", "logs/only.log": ""})
    (repository.root / "empty").mkdir()
    (repository.root / "ln").symlink_to("src/a")
    os.mkfifo(repository.root / "pipe")
    files = read(repository.root)
    expected = {
        "tracked": ["", "src", "src/a", ".gitignore"],
        "untracked": ["new", "new/b", "empty", "pipe"],
        "ignored": ["src/a.log", "dist", "dist/x", "dist/x/y", "logs", "logs/only.log", "ln"],
        "missing": ["nothing", "src/nothing", "src/a/nothing", "src/no\0thing"],
    }
    for state, paths in expected.items():
        assert {path: files.state(path) for path in paths} == dict.fromkeys(paths, state)


def test_working_tree_has_what_lies_there(repository: Repository) -> None:
    repository.commit({"a": "1", "gone": "1", "folder": "1", ".gitignore": "*.log\n"})
    repository.write({"a": "2", "new": "1", "x.log": "1"})
    (repository.root / "gone").unlink()
    (repository.root / "folder").unlink()
    repository.write({"folder/b": "1"})
    files = working(repository.root)
    assert list(files.paths) == [".gitignore", "a", "folder/b", "new"]
    assert files.read("a") == b"2"
    assert files.state("gone") == "missing"
    assert files.untracked == {"new", "folder/b"}


def test_index_has_what_is_staged(repository: Repository) -> None:
    repository.commit({"a": "1", "removed": "1", "kept": "1"})
    repository.add({"a": "2", "new": "1"})
    repository.git("rm", "--quiet", "--cached", "removed", "kept")
    (repository.root / "removed").unlink()
    repository.write({"a": "3", "untracked": "1"})
    files = index(repository.root)
    assert list(files.paths) == ["a", "new"]
    assert files.read("a") == b"2"
    states = {path: files.state(path) for path in ("new", "removed", "kept", "untracked")}
    assert states == {
        "new": "tracked",
        "removed": "missing",
        "kept": "untracked",
        "untracked": "untracked",
    }


def test_commit_has_what_was_committed(repository: Repository) -> None:
    repository.commit({"a": "1"})
    repository.add({"a": "2", "new": "1"})
    files = commit(repository.root)
    assert list(files.paths) == ["a"]
    assert files.read("a") == b"1"
    assert files.state("new") == "untracked"


def test_file_of_which_only_the_name_is_added_is_not_staged(repository: Repository) -> None:
    repository.commit({"a": "1", "empty": ""})
    repository.write({"announced": "FROM a\n"})
    repository.git("add", "--intent-to-add", "announced")
    assert list(index(repository.root).paths) == ["a", "empty"]
    assert list(working(repository.root).paths) == ["a", "announced", "empty"]


def test_merge_conflict_is_unreadable_in_the_index(repository: Repository) -> None:
    repository.commit({"a": "1\n"})
    repository.git("checkout", "--quiet", "-b", "other")
    repository.commit({"a": "2\n"})
    repository.git("checkout", "--quiet", "-")
    repository.commit({"a": "3\n"})
    repository.git("merge", "other", check=False)
    assert _reason(index(repository.root), "a") == "has a merge conflict that is not resolved"
    assert b"<<<<" in working(repository.root).read("a")


def test_index_of_a_partial_commit(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """``git commit FILE`` makes an index of its own and names it to the hook."""
    repository.commit({"a": "1", "b": "1"})
    repository.git("read-tree", "--index-output=.git/other", "HEAD")
    repository.add({"b": "2"})
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    assert index(repository.root).read("b") == b"1"


def test_what_a_sparse_checkout_leaves_out_is_read_from_git(repository: Repository) -> None:
    repository.write({"here/a": "1", "there/b": "2", "there/run.sh": "3"})
    (repository.root / "there/link").symlink_to("../here/a")
    (repository.root / "there/run.sh").chmod(0o755)
    repository.git("add", ".")
    repository.commit()
    repository.git("sparse-checkout", "set", "here")
    assert not (repository.root / "there").exists()
    files = working(repository.root)
    assert list(files.paths) == ["here/a", "there/b", "there/link", "there/run.sh"]
    assert (files.read("there/b"), files.read("there/link")) == (b"2", b"1")
    assert files.real("there/link") == "here/a"
    assert files.mark("there/b") == commit(repository.root).mark("there/b")
    assert [files.executable(f"there/{name}") for name in ("run.sh", "b")] == [True, False]
    assert [files.state(path) for path in ("there/b", "there", "there/c")] == [
        "tracked",
        "tracked",
        "missing",
    ]
    assert _reason(files, "there/c") == "is not there"


def test_worktree_reads_its_own_files(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    repository.git("worktree", "add", "--quiet", str(tmp_path / "second"))
    (tmp_path / "second/new").touch()
    assert list(working(tmp_path / "second").paths) == ["a", "new"]
    assert index(tmp_path / "second").read("a") == b"1"


def test_repository_in_the_tree_is_not_read(repository: Repository) -> None:
    repository.commit({"a": "1"})
    repository.write({"tool/b": ""})
    repository.git("init", "--quiet", "tool")
    files = working(repository.root)
    assert list(files.paths) == ["a"]
    assert files.state("tool/b") == "untracked"


def test_empty_repository(repository: Repository) -> None:
    assert list(working(repository.root).paths) == list(index(repository.root).paths) == []
    assert working(repository.root).state("") == "tracked"


@pytest.mark.parametrize("read", [working, plain])
def test_special_files_are_never_opened(repository: Repository, read: Reading) -> None:
    os.mkfifo(repository.root / "Dockerfile")
    assert _reason(read(repository.root), "Dockerfile") == "is no regular file"


def test_vanished_file_is_unreadable(repository: Repository) -> None:
    repository.commit({"a": "1"})
    files = working(repository.root)
    assert list(files.paths) == ["a"]
    (repository.root / "a").unlink()
    assert _reason(files, "a") == "is not there"


@contextmanager
def _as_nobody() -> Iterator[None]:
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_missing_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "a").chmod(0)
    with _as_nobody():
        assert _reason(plain(tmp_path), "a") == "cannot be read: Permission denied"


def test_folder_that_cannot_be_listed_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "a").touch()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("test_", "popen-", "pytest-")):
            folder.chmod(0o755)
    with _as_nobody():
        files = plain(tmp_path)
        assert list(files.paths) == ["a"]
    assert files.notices == ("shut cannot be listed: Permission denied",)


def test_walk_without_git(tmp_path: Path) -> None:
    for path in ("b/Dockerfile", ".git/config", "node_modules/x/compose.yaml", "a", ".env"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "loop").symlink_to(".")
    files = plain(tmp_path)
    assert list(files.paths) == [".env", "a", "b/Dockerfile", "loop"]
    assert files.state("b") == files.state("node_modules/x/compose.yaml") == "tracked"
    assert files.state("c") == "missing"
    assert files.submodules == ()


def _dig(top: Path, levels: int) -> None:
    folder = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("f", os.O_CREAT, dir_fd=folder))
    os.close(folder)


def test_walk_of_deep_folders(tmp_path: Path) -> None:
    _dig(tmp_path / ".", 1500)
    try:
        assert list(walk(str(tmp_path))) == ["d/" * 1500 + "f"]
    finally:  # deeper than shutil.rmtree, and so pytest, can remove
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_walk_of_everything_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").touch()
    monkeypatch.setattr("immutable_delivery.repository.walk.MAX_FILES", 0)
    with pytest.raises(UsageError, match="more than 0 files"):
        list(walk(str(tmp_path)))


@every
def test_path_through_a_link_out_of_the_repository_is_not_tracked(
    repository: Repository, read: Reading
) -> None:
    (repository.root / "link").symlink_to("/etc")
    repository.git("add", "link")
    repository.commit()
    files = read(repository.root)
    assert (files.state("link"), files.state("link/passwd")) == ("tracked", "untracked")


def test_missing_object_is_unreadable(repository: Repository) -> None:
    batch = Batch(_git(repository.root))
    with pytest.raises(UnreadableError, match="not in this clone"):
        batch.read("0" * 40)


def test_reading_after_git_died_is_told(repository: Repository) -> None:
    repository.commit({"a": "1", "b": "2"})
    files = index_files(_git(repository.root))
    assert files.read("a") == b"1"
    process = files._blobs.batch._process
    assert process
    process.kill()
    process.wait()
    with pytest.raises((UsageError, UnreadableError)):
        files.read("b")


def test_forked_process_reads_by_itself(repository: Repository) -> None:
    repository.commit({"a": "1", "b": "2"})
    files = index(repository.root)
    assert files.read("a") == b"1"
    child = os.fork()
    if child == 0:
        os._exit(0 if files.read("b") == b"2" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert files.read("b") == b"2"


@pytest.mark.parametrize("rev", ["nothing", "--all", "", "HEAD:a", "^HEAD", "a\nb"])
def test_what_names_no_commit_is_refused(repository: Repository, rev: str) -> None:
    repository.commit({"a": "1"})
    with pytest.raises(UsageError, match="is no commit"):
        commit_of(_git(repository.root), rev)
