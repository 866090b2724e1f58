"""From what a person names to the repository that is read and the part of it that is reported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.errors import UnreadableError, UsageError
from immutable_delivery.repository.discover import open_tree

if TYPE_CHECKING:
    from tests.conftest import Repository


def test_root_is_the_top_whatever_folder_one_is_in(repository: Repository) -> None:
    repository.commit({"compose.yaml": "", "web/Dockerfile": ""})
    tree = open_tree(repository.root / "web")
    assert tree.root == repository.root
    assert list(tree.files.paths) == ["compose.yaml", "web/Dockerfile"]
    assert tree.covers("compose.yaml")
    assert tree.notices == ()


def test_paths_are_relative_to_where_one_is(repository: Repository) -> None:
    repository.commit({"a/x/1": "", "a/y": "", "b/1": ""})
    tree = open_tree(repository.root / "a", paths=["x", "../b", str(repository.root / "a/y")])
    assert tree.named == {"a/x", "b", "a/y"}
    assert list(tree.files.paths) == ["a/x/1", "a/y", "b/1"]


def test_named_paths_limit_what_is_reported(repository: Repository) -> None:
    repository.commit({"a/b/c": "", "ab": "", "d": ""})
    tree = open_tree(repository.root, paths=["a", "d"])
    covered = {path: tree.covers(path) for path in ("a/b/c", "d", "ab", "a")}
    assert covered == {"a/b/c": True, "d": True, "ab": False, "a": True}
    assert open_tree(repository.root, paths=["."]).covers("ab")


@pytest.mark.parametrize("name", ["nothing", "a/nothing", "../nothing", "loop/nothing", "x" * 5000])
def test_missing_path_is_refused(repository: Repository, tmp_path: Path, name: str) -> None:
    repository.commit({"a": ""})
    (repository.root / "loop").symlink_to("loop")
    (tmp_path / "loop").symlink_to("loop")
    for start in (repository.root, tmp_path):
        with pytest.raises(UsageError, match="no such file or folder"):
            open_tree(start, paths=[name])


def test_names_in_messages_are_harmless(repository: Repository) -> None:
    with pytest.raises(UsageError) as caught:
        open_tree(repository.root, paths=["\x1b[2J" + os.fsdecode(b"\xff")])
    assert str(caught.value) == r"\x1b[2J\xff: no such file or folder"


def test_missing_path_is_refused_in_the_index_and_a_commit(repository: Repository) -> None:
    repository.commit({"a/b": ""})
    repository.write({"new": ""})
    for name in ("a", "a/b", "."):
        assert open_tree(repository.root, paths=[name], staged=True).covers("a/b")
        assert open_tree(repository.root, paths=[name], rev="HEAD").covers("a/b")
    with pytest.raises(UsageError, match="new: no such file or folder is staged"):
        open_tree(repository.root, paths=["new"], staged=True)
    with pytest.raises(UsageError, match="new: no such file or folder is committed"):
        open_tree(repository.root, paths=["new"], rev="HEAD")


def test_repository_elsewhere_is_found_by_its_path(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"web/Dockerfile": "", "compose.yaml": ""})
    for path in ("repository", "repository/web", "repository/web/Dockerfile", str(repository.root)):
        tree = open_tree(tmp_path, paths=[path])
        assert (tree.root, len(tree.files.paths)) == (repository.root, 2)


def test_ignored_files_are_read_when_named(repository: Repository) -> None:
    repository.commit({".gitignore": "dist/\n"})
    repository.write({"dist/a/Dockerfile": "", "dist/b": ""})
    assert list(open_tree(repository.root).files.paths) == [".gitignore"]
    for path in ("dist/a", "dist/a/Dockerfile"):
        tree = open_tree(repository.root, paths=[path])
        assert list(tree.files.paths) == [".gitignore", "dist/a/Dockerfile"]
        assert tree.files.state("dist/a/Dockerfile") == "ignored"


def test_links_that_are_named(repository: Repository, tmp_path: Path) -> None:
    repository.write({"real/a": ""})
    (repository.root / "folder").symlink_to("real")
    (repository.root / "file").symlink_to("real/a")
    (tmp_path / "entry").symlink_to(repository.root)
    assert open_tree(repository.root, paths=["folder/a"]).named == {"real/a"}
    assert open_tree(repository.root, paths=["folder"]).named == {"real"}
    assert open_tree(repository.root, paths=["file"]).named == {"file"}
    assert open_tree(tmp_path / "entry", paths=["file"]).root == repository.root


def test_link_to_itself_is_named_and_unreadable(repository: Repository, tmp_path: Path) -> None:
    for folder in (repository.root, tmp_path):
        (folder / "loop").symlink_to("loop")
        tree = open_tree(folder, paths=["loop"])
        assert tree.named == {"loop"}
        assert "loop" in tree.files.paths
        with pytest.raises(UnreadableError, match="leads back to itself"):
            tree.files.read("loop")


def test_link_to_a_repository_is_followed(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": ""})
    (tmp_path / "entry").symlink_to(repository.root)
    assert open_tree(tmp_path, paths=["entry"]).root == repository.root


def test_link_to_a_folder_outside_is_refused(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (repository.root / "link").symlink_to("../outside")
    repository.write({"a": ""})
    for paths in (["link", "a"], ["link"]):
        with pytest.raises(UsageError, match="link lies outside of"):
            open_tree(repository.root, paths=paths)


def test_without_git_the_folder_is_the_root(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Dockerfile").touch()
    (tmp_path / "a").touch()
    tree = open_tree(tmp_path)
    assert (tree.root, list(tree.files.paths)) == (tmp_path, ["a", "web/Dockerfile"])
    assert tree.notices == ("no git repository: every file is read, none is known to be ignored",)


def test_without_git_only_named_folders_are_walked(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/1", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(open_tree(tmp_path, paths=["a/1"]).files.paths) == ["a/1", "a/2"]
    assert len(open_tree(tmp_path, paths=["c"]).files.paths) == 4
    elsewhere = open_tree(tmp_path / "b", paths=["../a/1", str(tmp_path / "a/2")])
    assert elsewhere.root == tmp_path / "a"
    assert elsewhere.named == {"1", "2"}


def test_without_git_installed_everything_is_read(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a": "", ".gitignore": "x\n"})
    repository.write({"x": ""})
    monkeypatch.setenv("PATH", "")
    tree = open_tree(repository.root / ".git/..")
    assert list(tree.files.paths) == [".gitignore", "a", "x"]
    assert tree.notices == (
        "git is not installed: every file is read, none is known to be ignored",
    )


@pytest.mark.parametrize("options", [{"staged": True}, {"rev": "HEAD"}])
def test_without_git_nothing_is_staged(tmp_path: Path, options: dict[str, bool]) -> None:
    with pytest.raises(UsageError, match="is in no git repository"):
        open_tree(tmp_path, **options)  # type: ignore[arg-type]


def test_bare_repository_has_only_commits(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1", ".gitignore": "b\n"})
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    with pytest.raises(UsageError, match="is a bare repository"):
        open_tree(tmp_path / "bare.git")
    tree = open_tree(tmp_path / "bare.git", rev="HEAD")
    assert tree.files.read("a") == b"1"
    assert tree.files.state("b") == "missing"


def test_empty_repository_is_read(repository: Repository) -> None:
    assert list(open_tree(repository.root).files.paths) == []
    assert list(open_tree(repository.root, staged=True).files.paths) == []
    with pytest.raises(UsageError, match="HEAD is no commit"):
        open_tree(repository.root, rev="HEAD")


def test_submodules_are_named_in_a_notice(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    repository.git("clone", "--quiet", ".", str(tmp_path / "other"))
    repository.git("submodule", "--quiet", "add", str(tmp_path / "other"), "libs/other")
    tree = open_tree(repository.root)
    assert tree.notices == ("submodules are not read: libs/other",)
    assert open_tree(repository.root, paths=["libs/other"]).root == repository.root / "libs/other"


def test_hook_in_a_worktree_names_its_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"web/Dockerfile": "1"})
    repository.git("worktree", "add", "--quiet", str(tmp_path / "second"))
    monkeypatch.setenv("GIT_DIR", str(repository.root / ".git/worktrees/second"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.root / ".git/worktrees/second/index"))
    tree = open_tree(tmp_path / "second", paths=["web"], staged=True)
    assert (tree.root, list(tree.files.paths)) == (tmp_path / "second", ["web/Dockerfile"])


def test_what_is_named_is_judged_whatever_its_class(repository: Repository) -> None:
    repository.commit({"tests/data/vendor/a": "", "tests/b": "", "c": ""})
    cases = [
        ([], "tests/b", "fixture"),
        (["."], "tests/b", "fixture"),
        (["tests"], "tests/b", ""),
        (["tests"], "tests/data/vendor/a", "vendored"),
        (["tests/data/vendor/a"], "tests/data/vendor/a", ""),
        (["tests", "tests/data/vendor"], "tests/data/vendor/a", ""),
        (["c"], "tests/b", "fixture"),
    ]
    for paths, path, expected in cases:
        assert open_tree(repository.root, paths=paths).skipped(path) == expected, (
            paths,
            path,
        )
