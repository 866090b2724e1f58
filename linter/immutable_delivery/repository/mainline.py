"""What the branch that all others come from has had of some files: when a branch left it, and as each first came there."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence

from immutable_delivery.records import Record, field
from immutable_delivery.repository.ancestry import common_commit, parent, trunk
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.history import MOST_COMMITS, is_cut_off

_COMMIT = b"\x01"
_NEW, _GONE = b"A", b"D"
_FORGE = "GitHub"
"""Who commits where a forge rebases a whole branch at one moment."""
_LOG = (
    *("log", "--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "--no-color", "-z"),
    "--format=%x01%H %ct %cn",
)


class Version(Record, frozen=True):
    """One state of a file on the branch, and the commit that brought it."""

    oid: str
    commit: str
    pushed: str = ""
    """When and by whom, where what came at that moment came together."""


class Mainline(Record, frozen=True, kw_only=True):
    """What the default branch has had."""

    at: str = ""
    """The commit of it that the judged state comes from."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → object, as of that commit."""
    own: str = ""
    """The commit that is itself judged: the newest of the branch, where there is no other change."""
    unknown: str = ""
    """Why nobody here can tell."""
    part: str = ""
    """Why what was before is not known, where the last state is."""


def mainline(git: Git, judged: str, folders: Sequence[str]) -> Mainline:
    """Return the default branch where the judged commit left it, and the files below some folders there."""
    branch = trunk(git)
    if not branch:
        return Mainline(unknown=_lacking(git, "the default branch is not in this clone"))
    base = common_commit(git, judged, branch)
    if base is None:
        return Mainline(
            unknown=_lacking(git, "where the default branch was left is not in this clone")
        )
    files = dict(_listed(git, base, folders))
    own = judged if base == judged and parent(git, judged) else ""
    return Mainline(at=base, files=files, own=own, part=_missing(git, base))


def earlier(git: Git, at: str, paths: Collection[str]) -> dict[str, list[Version]]:
    """Return what files have been on the branch since they last came there, the oldest first; of a path that is a folder all below."""
    found: dict[str, list[Version]] = {}
    before: dict[str, Version] = {}
    whole: set[str] = set()
    for path, status, version, old in _changes(git, at, paths):
        if path in whole:
            continue
        before[path] = old
        if status != _GONE:
            found.setdefault(path, []).append(version)
        if status in (_NEW, _GONE):
            whole.add(path)
    for path in found.keys() - whole:  # it came before all that is read
        found[path].append(before[path])
    return {path: _pushed(versions[::-1]) for path, versions in found.items()}


def _pushed(versions: list[Version]) -> list[Version]:
    """Leave out what never stood alone on the branch: the next one came with it."""
    pairs = zip(versions, [*versions[1:], None], strict=True)
    return [
        one for one, after in pairs if not (after and one.pushed and one.pushed == after.pushed)
    ]


def _changes(
    git: Git, at: str, paths: Collection[str]
) -> Iterator[tuple[str, bytes, Version, Version]]:
    """Yield the changes of files, the newest first: what each came to be, and what it was."""
    oldest = _oldest(git, at)
    since = (f"^{oldest}",) if oldest else ()
    fields = iter(git.run(*_LOG, at, *since, "--", *sorted(paths)).out.split(b"\0"))
    commit, pushed = "", ""
    for record in fields:
        if record.startswith(_COMMIT):
            commit, moment, who = os.fsdecode(record[1:]).split(" ", 2)
            pushed = f"{moment} {who}" if who == _FORGE else ""
        elif record.lstrip(b"\n").startswith(b":"):
            *_, old, oid, status = record.split(b" ")
            path = os.fsdecode(next(fields, b""))
            yield path, status[:1], Version(oid.decode(), commit, pushed), Version(old.decode(), "")


def _oldest(git: Git, at: str) -> str:
    """Return the commit before which nothing is read; empty where all is."""
    skipped = ("--first-parent", "--max-count=1", f"--skip={MOST_COMMITS}")
    return git.run("rev-list", *skipped, at).out.decode().strip()


def _missing(git: Git, at: str) -> str:
    """Say what of the history is not read."""
    if is_cut_off(git):
        return "its history is cut off; `git fetch --unshallow` fetches the rest"
    return f"only its newest {MOST_COMMITS:,} commits are read" if _oldest(git, at) else ""


def _listed(git: Git, commit: str, folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    paths = [folder for folder in folders if folder] if all(folders) else []
    out = git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths).out
    for record in out.split(b"\0")[:-1]:
        about, _, name = record.partition(b"\t")
        yield os.fsdecode(name), about.split()[2].decode()


def _lacking(git: Git, why: str) -> str:
    return f"{why}, which is a shallow one" if is_cut_off(git) else why
