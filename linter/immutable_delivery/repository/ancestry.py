"""What a change comes from: what it replaces, and what others brought before it, for which nobody is to blame.

On the branch that all others come from, only what it had itself counts as known: nothing gets there because another branch has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from immutable_delivery.repository.git import Git

_TRUNKS = ("main", "master")
_HEADS = "refs/heads/"
_MOST = 100
"""Heads of merges that are looked at; more are no exemption."""


def is_commit(git: Git, rev: str) -> bool:
    """Tell whether this repository has a commit of that name."""
    return bool(rev) and git.ask("cat-file", "-e", f"{rev}^{{commit}}").code == 0


def is_trunk(git: Git, ref: str, remote: str = "origin") -> bool:
    """Tell whether a branch is the one that all others come from, as the remote says, else by its name."""
    known = "HEAD" if git.bare else f"refs/remotes/{remote}/HEAD"
    told = _told(git, "symbolic-ref", "--quiet", known)
    names = (
        [told.rpartition(f"refs/remotes/{remote}/")[2].removeprefix(_HEADS)] if told else _TRUNKS
    )
    return ref.removeprefix(_HEADS) in names


def trunk(git: Git, remote: str = "origin") -> str:
    """Return the branch that all others come from, as the remote calls it, else by its name, else the only one; empty for none."""
    known = "HEAD" if git.bare else f"refs/remotes/{remote}/HEAD"
    told = _told(git, "symbolic-ref", "--quiet", known)
    places = ("refs/heads/",) if git.bare else (f"refs/remotes/{remote}/", _HEADS)
    named = [told] if told else [f"{place}{name}" for place in places for name in _TRUNKS]
    there = _told(git, "for-each-ref", "--format=%(refname)", *named).splitlines()
    if found := next((name for name in named if name in there), ""):
        return found
    every = _told(git, "for-each-ref", "--count=2", "--format=%(refname)", _HEADS).splitlines()
    return every[0] if len(every) == 1 and not _told(git, "remote") else ""


def common_commit(git: Git, one: str, other: str) -> str | None:
    """Return where two commits part, None where the history at hand does not tell."""
    answer = git.ask("merge-base", one, other)
    return None if answer.code else answer.out.decode().strip()


def parent(git: Git, commit: str) -> str:
    """Return what a commit was put upon; empty for the first, and where this clone ends."""
    return _told(git, "rev-parse", "--verify", "--quiet", f"{commit}^1")


def other_refs(ref: str, remote: str = "") -> tuple[str, ...]:
    """Return what `git rev-list` takes for all refs but one: those of a remote, or all that are here."""
    if not remote:
        return (f"--exclude={ref}", "--all")
    own = ref.removeprefix(_HEADS)
    return (f"--exclude=refs/remotes/{remote}/{own}", f"--glob=refs/remotes/{remote}/*")


def origins(git: Git, old: str, new: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the commits that a ref comes from on its way from ``old``, empty for a new one, to ``new``.

    The first is ``old``, where it is here; the others are those that the new commits build on and that ``known``
    (arguments of `git rev-list`) has, beside what ``old`` grew from: going back to that is a change like any other.
    """
    old = old if is_commit(git, old) else ""
    beside = _boundary(git, new, [*([old] if old else []), *known])
    others = [one for one in beside if not old or not _grew_from(git, old, one)]
    return (old, *others) if old else tuple(others)


def other_parents(git: Git, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a merge that is being made brings together with HEAD; on the trunk all that it brings counts."""
    heads = dict.fromkeys((*_merging(git), *_named(environ)))
    branch = _told(git, "symbolic-ref", "--quiet", "HEAD")
    if not heads or is_trunk(git, branch):
        return ()
    return tuple(head for head in heads if is_commit(git, head))


def _boundary(git: Git, new: str, known: list[str]) -> list[str]:
    """Return the last known commits below the new ones; the pushed one itself where there are none."""
    lines = git.run("rev-list", "--boundary", new, "--not", *known).out.decode().split()
    if not lines:
        return [new]
    ends = [line[1:] for line in lines if line.startswith("-")][:_MOST]
    if len(ends) > 1:
        ends = git.run("merge-base", "--independent", *ends).out.decode().split()
    return ends


def _grew_from(git: Git, one: str, other: str) -> bool:
    return git.ask("merge-base", "--is-ancestor", other, one).code == 0


def _merging(git: Git) -> Iterator[str]:
    """Yield what is written down of a merge that waits for its commit."""
    path = _told(git, "rev-parse", "--git-path", "MERGE_HEAD")
    try:
        yield from (git.top / Path(path)).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return


def _named(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what `git merge` names to its hooks, before it writes anything down."""
    prefix = "GITHEAD_"
    yield from (name.removeprefix(prefix) for name in environ if name.startswith(prefix))


def _told(git: Git, *args: str) -> str:
    answer = git.ask(*args)
    return "" if answer.code else answer.out.decode(errors="surrogateescape").strip()
