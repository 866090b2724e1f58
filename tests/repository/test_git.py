"""git is run with everything off that would run another program, and its refusals are told in its own words."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.errors import UsageError
from immutable_delivery.repository.git import Git, find_git
from immutable_delivery.repository.origin import Origin, origin_of
from immutable_delivery.repository.scope import open_scope
from immutable_delivery.repository.working import WorkingTree
from immutable_delivery.source.escape import shown

if TYPE_CHECKING:
    from tests.conftest import Repository


def _opened(folder: Path) -> Git:
    git = Git.open(folder)
    assert git
    return git


def _script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_top_is_found_from_a_folder_below(repository: Repository) -> None:
    repository.write({"deploy/base/a.yaml": ""})
    assert _opened(repository.root / "deploy/base").top == repository.root


def test_folder_without_repository_is_none(tmp_path: Path) -> None:
    assert Git.open(tmp_path) is None


def test_no_git_is_none(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.root / "nothing"))
    assert find_git() is None
    assert Git.open(repository.root) is None


def test_git_from_a_relative_folder_of_the_path_is_not_run(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(repository.root / "git", "touch owned")
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert _opened(repository.root).bare is False
    assert not (repository.root / "owned").exists()


def test_bare_repository_is_told(tmp_path: Path, repository: Repository) -> None:
    repository.commit({"a": "b"})
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    assert _opened(tmp_path / "bare.git").bare


def test_inside_git_folder_is_refused(repository: Repository) -> None:
    with pytest.raises(UsageError, match="must be run in a work tree"):
        Git.open(repository.root / ".git")


def test_broken_repository_is_refused_in_gits_words(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match="not a git repository"):
        Git.open(tmp_path)


def test_broken_worktree_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    with pytest.raises(UsageError, match="not a git repository: /nowhere/at/all"):
        Git.open(tmp_path)


def test_ceiling_is_respected(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write({"sub/a": ""})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.root))
    assert Git.open(repository.root / "sub") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_dubious_ownership_is_refused_in_gits_words(repository: Repository) -> None:
    for path in [repository.root, repository.root / ".git"]:
        os.chown(path, 65534, 65534)
    with pytest.raises(UsageError, match=r"dubious ownership.*safe.directory"):
        Git.open(repository.root)


def test_failure_tells_gits_words(repository: Repository) -> None:
    with pytest.raises(UsageError, match="git ls-tree fails: Not a valid object name nothing"):
        _opened(repository.root).run("ls-tree", "nothing")


def test_failing_lines_raise(repository: Repository) -> None:
    with pytest.raises(UsageError, match="git cat-file fails"):
        list(_opened(repository.root).lines("cat-file", "-p", "nothing"))


def test_argument_that_no_program_takes_is_refused(repository: Repository) -> None:
    with pytest.raises(UsageError, match="git cannot be run"):
        _opened(repository.root).ask("log", "a\0b")


def test_endless_output_is_cut_off(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.add({"a": "x" * 2000})
    monkeypatch.setattr("immutable_delivery.repository.git.MAX_OUTPUT", 1000)
    with pytest.raises(UsageError, match="more than 1,000 bytes"):
        _opened(repository.root).run("cat-file", "-p", ":a")


def test_nothing_that_the_repository_configures_is_run(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    program = str(_script(tmp_path / "program", f"echo $0 $@ >> {mark}; cat"))
    repository.commit({"a.txt": "1\n", ".gitattributes": "* diff=x filter=x\n", "b": "1\n"})
    repository.git("update-index", "--index-version", "4")
    hooks = repository.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout", "pre-commit", "fsmonitor-watchman"):
        _script(hooks / name, f"echo {name} >> {mark}")
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "core.askPass", "diff.external"),
        *(
            "diff.x.command",
            "diff.x.textconv",
            "filter.x.clean",
            "filter.x.process",
            "filter.x.smudge",
        ),
    ):
        repository.git("config", key, program)
    repository.git("config", "filter.x.required", "true")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", program)
    monkeypatch.setenv("GIT_PAGER", program)
    mark.unlink(missing_ok=True)

    repository.write({"a.txt": "2\n", "new": "\n"})
    for scope in (
        open_scope(repository.root),
        open_scope(repository.root, staged=True),
        open_scope(repository.root, since="HEAD"),
    ):
        assert scope.tree.files.read("a.txt")
        assert scope.tree.files.state("new") == "untracked"
    assert not mark.exists(), mark.read_text()


def test_index_is_not_written(repository: Repository) -> None:
    repository.commit({"a": "1\n"})
    os.utime(repository.root / "a", (1, 1))  # git status would refresh the index
    index = repository.root / ".git/index"
    before = (index.read_bytes(), index.stat().st_mtime_ns)
    for since in (None, "HEAD"):
        assert list(open_scope(repository.root, since=since).tree.files.paths) == ["a"]
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before


def test_replaced_objects_are_seen_as_they_are(repository: Repository) -> None:
    repository.commit({"a": "true\n"})
    good, bad = (repository.git("rev-parse", "HEAD:a").strip(), repository.root / "bad")
    bad.write_text("false\n")
    repository.git("replace", good, repository.git("hash-object", "-w", "bad").strip())
    assert _opened(repository.root).run("cat-file", "-p", good).out == b"true\n"


def test_relative_git_dir_of_the_caller_is_honoured(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a": "1"})
    work = tmp_path / "work"
    work.mkdir()
    (work / "b").touch()
    monkeypatch.chdir(work)
    monkeypatch.setenv("GIT_DIR", "../repository/.git")
    monkeypatch.setenv("GIT_WORK_TREE", ".")
    git = _opened(Path())
    assert git.top == work
    assert WorkingTree(work, git).paths == ["b"]


def test_settings_are_added_to_those_of_the_environment(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "a.b")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "1")
    git = _opened(repository.root).configured({"a.x=y.c": "2"})
    assert git.run("config", "a.b").out == b"1\n"
    assert git.run("config", "a.x=y.c").out == b"2\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 日本", "plain é 日本"),
        ("a\nb\x1b[31m", r"a\nb\x1b[31m"),
        (os.fsdecode(b"caf\xe9"), r"caf\xe9"),
        ("right-to-left \u202e", r"right-to-left \u202e"),
    ],
)
def test_names_are_shown_on_one_harmless_line(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:secret@host/shop.git", "https://host/shop.git"),
        ("https://token@host/shop.git?private_token=x", "https://host/shop.git"),
        ("git@host:shop.git", "git@host:shop.git"),
    ],
)
def test_origin_has_no_credentials(repository: Repository, url: str, expected: str) -> None:
    repository.git("checkout", "--quiet", "-b", "topic")
    commit = repository.commit({"a": "1"})
    repository.git("remote", "add", "origin", url)
    assert origin_of(Git.open(repository.root)) == Origin(expected, commit, "topic")


def test_origin_of_nothing_is_empty(repository: Repository) -> None:
    assert origin_of(None) == Origin()
    assert origin_of(Git.open(repository.root)).revision == ""
