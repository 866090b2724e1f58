"""A change to judge, and what it is compared with: what is staged, a range, a push, or all since a commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.records import replace
from immutable_delivery.repository import diffs
from immutable_delivery.repository.ancestry import (
    common_commit,
    is_trunk,
    origins,
    other_parents,
    other_refs,
)
from immutable_delivery.repository.changes import Changes
from immutable_delivery.repository.discover import Tree, open_tree
from immutable_delivery.repository.git import Git, without_git
from immutable_delivery.repository.objects import commit_files, commit_of
from immutable_delivery.repository.scope import Beside, Scope
from immutable_delivery.repository.working import WorkingTree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import MemoryFiles


def compared(
    start: Path,
    paths: Sequence[str],
    *,
    staged: bool,
    since: str | None,
    commits: tuple[tuple[str, ...], str] | None,
    environ: Mapping[str, str],
) -> Scope:
    """Return what to judge of a change, as :func:`open_scope` is asked for it."""
    if staged and since is not None:
        raise UsageError("--staged and --since exclude each other")
    if commits is not None:
        return _pushed(start, paths, *commits)
    if since is not None:
        return _since(start, paths, since)
    old, new = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    if old and new:
        return _framed(start, paths, old, new, environ)
    pushed = environ.get("PRE_COMMIT_LOCAL_BRANCH")
    if pushed:  # the first push of all: pre-commit names no range
        return _pushed(start, paths, (), pushed)
    return _staged(start, paths, environ)


def _framed(
    start: Path, paths: Sequence[str], old: str, new: str, environ: Mapping[str, str]
) -> Scope:
    """Judge the range that pre-commit names: of a push, where it says to which branch, or of whoever calls it."""
    remote, ref = environ.get("PRE_COMMIT_REMOTE_NAME"), environ.get("PRE_COMMIT_REMOTE_BRANCH")
    if not remote or not ref:
        return _range(start, paths, old, new)
    git = _git(open_tree(start, paths=paths, rev=new))
    first, last = commit_of(git, old), commit_of(git, new)
    known = () if is_trunk(git, ref, remote) else other_refs(ref, remote)
    return _pushed(start, paths, origins(git, first, last, known), last)


def _pushed(start: Path, paths: Sequence[str], origins: Sequence[str], new: str) -> Scope:
    tree = open_tree(start, paths=paths, rev=new)
    if not origins:
        words = f"there is no commit to compare with: the whole of {shown(new)} is judged"
        return Scope(tree, notice=words)
    git = _git(tree)
    last = commit_of(git, new)
    states = [
        Beside(diffs.between(git, origin, last, tree.files), commit_files(git, origin))
        for origin in origins
    ]
    first, *others = states
    return Scope(_upon(tree, origins[0]), first.changes, first.files, tuple(others))


def _staged(start: Path, paths: Sequence[str], environ: Mapping[str, str]) -> Scope:
    tree = open_tree(start, paths=paths, staged=True)
    git = _git(tree)
    head = _head(git)
    changes = diffs.staged(git, head or _empty_tree(git), tree.files)
    if changes or _moves_submodules(git):
        others = (
            Beside(diffs.staged(git, one, tree.files), commit_files(git, one))
            for one in other_parents(git, environ)
        )
        before = commit_files(git, head) if head else MemoryFiles({})
        return Scope(_upon(tree, head or ""), changes, before, tuple(others))
    whole = open_tree(start, paths=paths)
    return Scope(whole, notice="nothing is staged: the whole project is judged")


def _range(start: Path, paths: Sequence[str], old: str, new: str) -> Scope:
    tree = open_tree(start, paths=paths, rev=new)
    git = _git(tree)
    first, last = commit_of(git, old), commit_of(git, new)
    base = common_commit(git, first, last)
    changes = diffs.between(git, base or first, last, tree.files)
    return _compared(tree, changes, base, first, old)


def _since(start: Path, paths: Sequence[str], rev: str) -> Scope:
    tree = open_tree(start, paths=paths)
    git, files = _git(tree), tree.files
    first, head = commit_or_shallow(git, rev), _head(git)
    if first is None:
        why = "is not in this shallow clone, so the whole project is reported; `git fetch --unshallow` fetches the history"
        return Scope(tree, notice=f"{shown(rev) or 'an empty name'} {why}")
    base = common_commit(git, first, head) if head else None
    untracked = files.untracked if isinstance(files, WorkingTree) else frozenset[str]()
    changes = diffs.working(git, base or first, files, untracked)
    return _compared(tree, changes, base, first, rev)


def commit_or_shallow(git: Git, rev: str) -> str | None:
    """Return the object name of a commit; None where a shallow clone may lack it, UsageError where there is none."""
    try:
        return commit_of(git, rev)
    except UsageError:
        if git.run("rev-parse", "--is-shallow-repository").out.strip() == b"true":
            return None
        raise


def _compared(tree: Tree, changes: Changes, base: str | None, first: str, rev: str) -> Scope:
    """Compare with where both began; where that is unknown with ``first``, and what happened there since counts too."""
    before = commit_files(_git(tree), base or first)
    tree = _upon(tree, base or first)
    if base:
        return Scope(tree, changes, before)
    why = "where both began is not in this clone's history, so it is compared with"
    return Scope(tree, changes, before, notice=f"{shown(rev)}..: {why} {shown(rev)} as it is now")


def _upon(tree: Tree, commit: str) -> Tree:
    """Return a tree of which only what came after a commit is asked for."""
    return replace(tree, put_upon=commit)


def _git(tree: Tree) -> Git:
    if tree.git is None:
        raise UsageError(f"{without_git(tree.root)}, so there is no change to judge")
    return tree.git


def _head(git: Git) -> str | None:
    """Return the object name of HEAD, None before the first commit."""
    answer = git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return None if answer.code else answer.out.decode().strip()


def _moves_submodules(git: Git) -> bool:
    """Tell whether something is staged after all: a change that holds nothing to judge."""
    return git.ask("diff-index", "--quiet", "--cached", "HEAD").code == 1


def _empty_tree(git: Git) -> str:
    return git.run("hash-object", "-t", "tree", "--stdin").out.decode().strip()
