"""Which state of the repository a run judges, and what it compares that with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.errors import UsageError
from immutable_delivery.repository.scope import open_scope

if TYPE_CHECKING:
    from tests.conftest import Repository


def test_everything_by_default(repository: Repository) -> None:
    repository.commit({"a": "1\n"})
    repository.write({"a": "2\n"})
    scope = open_scope(repository.root)
    assert (scope.changes, scope.before, scope.notices) == (None, None, ())
    assert scope.tree.files.read("a") == b"2\n"


def test_staged_judges_the_index_against_head(repository: Repository) -> None:
    repository.commit({"a": "1\n", "b": "1\n"})
    repository.add({"a": "2\n"})
    repository.write({"a": "3\n", "b": "2\n"})
    scope = open_scope(repository.root, staged=True, environ={})
    assert scope.changes
    assert list(scope.changes.files) == ["a"]
    assert scope.before
    assert (scope.before.read("a"), scope.tree.files.read("a")) == (b"1\n", b"2\n")


def test_staged_before_the_first_commit(repository: Repository) -> None:
    repository.add({"a": "1\n"})
    scope = open_scope(repository.root, staged=True, environ={})
    assert scope.changes
    assert list(scope.changes.files) == ["a"]
    assert scope.before
    assert list(scope.before.paths) == []


def test_deleted_file_alone_is_a_change(repository: Repository) -> None:
    repository.commit({"a": "1\n", ".dockerignore": ".git\n"})
    repository.git("rm", "--quiet", ".dockerignore")
    scope = open_scope(repository.root, staged=True, environ={})
    assert scope.changes
    assert scope.changes.deleted == {".dockerignore"}
    assert scope.before
    assert scope.before.state(".dockerignore") == "tracked"


def test_nothing_staged_is_the_whole_project(repository: Repository) -> None:
    for files in ({"a": "1\n"}, None):
        if files:
            repository.commit(files)
        repository.write({"a": "2\n"})
        scope = open_scope(repository.root, staged=True, environ={})
        assert (scope.changes, scope.before) == (None, None)
        assert scope.notices == ("nothing is staged: the whole project is judged",)
        assert scope.tree.files.read("a") == b"2\n"


def test_staged_submodule_is_a_change_with_nothing_to_judge(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"a": "1\n"})
    repository.git("clone", "--quiet", ".", str(tmp_path / "inner"))
    repository.git("submodule", "add", "--quiet", str(tmp_path / "inner"), "inner")
    repository.commit()
    repository.git("-C", "inner", "commit", "--quiet", "--allow-empty", "--message", "Next")
    repository.git("add", "inner")
    scope = open_scope(repository.root, staged=True, environ={})
    assert scope.changes is not None
    assert not scope.changes


def _diverged(repository: Repository) -> tuple[str, str, str]:
    """Return where two branches part, and their ends."""
    base = repository.commit({"a": "1\n", "theirs": "1\n"})
    repository.git("checkout", "--quiet", "-b", "topic")
    topic = repository.commit({"a": "1\n2\n"})
    repository.git("checkout", "--quiet", "-b", "other", base)
    return base, repository.commit({"theirs": "2\n"}), topic


def test_range_of_pre_commit_is_judged_from_where_it_parts(repository: Repository) -> None:
    _, other, topic = _diverged(repository)
    repository.add({"staged": "1\n"})
    environ = {"PRE_COMMIT_FROM_REF": other, "PRE_COMMIT_TO_REF": topic}
    scope = open_scope(repository.root, staged=True, environ=environ)
    assert scope.changes
    assert {path: change.lines for path, change in scope.changes.files.items()} == {"a": ((2, 1),)}
    assert list(scope.tree.files.paths) == ["a", "theirs"]
    assert scope.before
    assert scope.before.read("a") == b"1\n"


def test_first_push_is_judged_as_a_whole(repository: Repository) -> None:
    _, _, topic = _diverged(repository)
    repository.add({"staged": "1\n"})
    environ = {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/topic"}
    scope = open_scope(repository.root, staged=True, environ=environ)
    assert scope.changes is None
    assert scope.tree.files.read("a") == b"1\n2\n"
    assert scope.notices == (
        "there is no commit to compare with: the whole of refs/heads/topic is judged",
    )
    assert topic


def test_since_judges_the_working_tree_from_where_it_parts(repository: Repository) -> None:
    _diverged(repository)
    repository.git("checkout", "--quiet", "topic")
    repository.write({"a": "0\n1\n2\n", "new": "1\n"})
    scope = open_scope(repository.root, since="other")
    assert scope.changes
    lines = {path: change.lines for path, change in scope.changes.files.items()}
    assert lines == {"a": ((1, 1), (3, 1)), "new": None}
    assert scope.before
    assert scope.before.read("theirs") == b"1\n"


def test_nothing_since_is_a_change_of_nothing(repository: Repository) -> None:
    repository.commit({"a": "1\n"})
    scope = open_scope(repository.root, since="HEAD")
    assert scope.changes is not None
    assert not scope.changes


def test_ignored_input_is_ignored_before_and_after(repository: Repository) -> None:
    repository.commit({"a": "1\n", ".gitignore": "dist/\n"})
    repository.write({"dist/x": ""})
    repository.add({"a": "2\n"})
    scope = open_scope(repository.root, staged=True, environ={})
    assert scope.before
    assert scope.before.state("dist/x") == scope.tree.files.state("dist/x") == "ignored"


def _shallow(repository: Repository, folder: Path) -> Path:
    _diverged(repository)
    url = f"file://{repository.root}"
    options = ("--quiet", "--depth=1", "--no-single-branch", "--branch=topic")
    repository.git("clone", *options, url, str(folder))
    return folder


def test_shallow_clone_is_compared_with_the_other_end(
    repository: Repository, tmp_path: Path
) -> None:
    clone = _shallow(repository, tmp_path / "shallow")
    scope = open_scope(clone, since="origin/other")
    assert scope.before
    assert scope.before.read("theirs") == b"2\n"
    assert scope.changes
    assert sorted(scope.changes.files) == ["a", "theirs"]
    why = "where both began is not in this clone's history, so it is compared with"
    assert scope.notices == (f"origin/other..: {why} origin/other as it is now",)
    environ = {"PRE_COMMIT_FROM_REF": "origin/other", "PRE_COMMIT_TO_REF": "HEAD"}
    again = open_scope(clone, staged=True, environ=environ)
    assert again.before
    assert again.notices == scope.notices


def test_unknown_revision_is_refused(repository: Repository) -> None:
    repository.commit({"a": "1\n"})
    with pytest.raises(UsageError, match="nothing is no commit of this repository"):
        open_scope(repository.root, since="nothing")
    environ = {"PRE_COMMIT_FROM_REF": "0" * 40, "PRE_COMMIT_TO_REF": "HEAD"}
    with pytest.raises(UsageError, match="000 is no commit of this repository"):
        open_scope(repository.root, staged=True, environ=environ)


def test_revision_before_the_first_commit_is_refused(repository: Repository) -> None:
    with pytest.raises(UsageError, match="HEAD is no commit"):
        open_scope(repository.root, since="HEAD")


def test_staged_and_since_exclude_each_other(repository: Repository) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        open_scope(repository.root, staged=True, since="HEAD")


def test_without_git_there_is_no_change(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is in no git repository"):
        open_scope(tmp_path, since="HEAD")
    with pytest.raises(UsageError, match="is in no git repository"):
        open_scope(tmp_path, staged=True, environ={})
