"""Which digests stood in files before: what `git log` tells of their lines, read as it comes and bounded."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.repository.diffs import HUNK, path_of
from immutable_delivery.repository.git import Git

MOST_COMMITS = 10_000
"""More are years of a repository that changes daily."""
_MOST_BYTES = 200_000_000
_MOST_PATHS = 2_000
"""Longer lists of names do not fit into every system's command line."""

_LOG = (
    *("log", "--patch", "--unified=0", "--inter-hunk-context=0", "--no-renames", "--no-color"),
    *("--no-relative", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--format=%x00%H"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)  # fmt: skip
_DIGEST = lazy(rb"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})(?![0-9a-f])")


class Line(Record, frozen=True):
    """A line that a commit wrote or took away."""

    commit: str
    path: str
    text: bytes
    added: bool


class Traces(Record):
    """What the digests of files went through."""

    added: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """By file and digest, the commits that wrote it, the newest first."""
    removed: set[tuple[str, str]] = field(default_factory=set)
    whole: bool = True
    """Whether all commits were read."""


def traces(git: Git, commit: str, paths: Collection[str]) -> Traces:
    """Return the digests that were ever written into files, or taken out of them, up to a commit."""
    names = sorted(paths) if len(paths) <= _MOST_PATHS else []
    too_old = git.run("rev-list", "--max-count=1", f"--skip={MOST_COMMITS}", commit).out.split()
    older = [f"^{os.fsdecode(one)}" for one in too_old]
    found, size = Traces(whole=not older), 0
    for line in _lines(git.lines(*_LOG, commit, *older, "--", *names)):
        size += len(line.text)
        if size > _MOST_BYTES:
            found.whole = False
            break
        for digest in _DIGEST.findall(line.text) if line.path in paths else ():
            _note(found, line, digest.decode())
    return found


def _note(found: Traces, line: Line, digest: str) -> None:
    key = line.path, digest
    if not line.added:
        found.removed.add(key)
    elif found.added[key][-1:] != [line.commit]:
        found.added[key].append(line.commit)


def _lines(log: Iterator[bytes]) -> Iterator[Line]:
    """Yield the lines of every change; bodies are counted, for they may hold what looks like a header."""
    commit, old, new, left = "", "", "", 0
    for line in log:
        if left > 0 and line[:1] in {b"+", b"-"}:
            left -= 1
            added = line.startswith(b"+")
            yield Line(commit, new if added else old, line[1:], added)
        elif line.startswith(b"\0"):
            commit = os.fsdecode(line[1:].strip())
        elif line.startswith(b"--- "):
            old = path_of(line[4:])
        elif line.startswith(b"+++ "):
            new = path_of(line[4:])
        elif hunk := HUNK.match(line):
            left = _length(hunk[1]) + _length(hunk[3])


def _length(written: bytes | None) -> int:
    return 1 if written is None else int(written)


def is_cut_off(git: Git) -> bool:
    """Tell whether a clone has only the newest part of its history."""
    return git.ask("rev-parse", "--is-shallow-repository").out.strip() == b"true"


def version(git: Git, commit: str, path: str) -> bytes | None:
    """Return a file as a commit had it; None where it had none."""
    answer = git.ask("cat-file", "blob", f"{commit}:{path}")
    return None if answer.code else answer.out
