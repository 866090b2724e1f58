"""Changes as git tells them: names and states from its raw output, lines from hunk headers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.repository.changes import Change, Changes, Lines
from immutable_delivery.repository.git import Git
from immutable_delivery.source.files import Files

_OPTIONS = (
    *("--find-renames", "--ignore-submodules=all", "--no-color", "--no-relative"),
    *("--no-ext-diff", "--no-textconv"),
)
_PATCH = (
    *("--patch", "--unified=0", "--inter-hunk-context=0", "--diff-filter=MR"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
HUNK = lazy(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = lazy(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
}


def staged(git: Git, commit: str, after: Files) -> Changes:
    """Return what is staged on top of a commit."""
    return _changes(git, after, "diff-index", "--cached", commit)


def between(git: Git, old: str, new: str, after: Files) -> Changes:
    """Return what leads from one commit to another."""
    return _changes(git, after, "diff-tree", "-r", old, new)


def working(git: Git, commit: str, after: Files, untracked: frozenset[str]) -> Changes:
    """Return how the working tree differs from a commit; untracked files are new."""
    changes = _changes(without_filters(git), after, "diff-index", commit)
    files = {**changes.files, **{path: Change(path) for path in untracked}}
    return Changes(files, changes.deleted - untracked, after)


def _changes(git: Git, after: Files, command: str, *revs: str) -> Changes:
    output = git.run(command, "--raw", "--numstat", "-z", *_OPTIONS, *revs).out
    fields = iter(output.removesuffix(b"\0").split(b"\0"))
    files: dict[str, Change] = {}
    deleted: set[str] = set()
    for record in fields:
        if record.startswith(b":"):
            _raw(record, fields, files, deleted)
        elif record:
            _count(record, fields, files)
    if any(change.lines is not None for change in files.values()):
        patch = git.lines(command, *_PATCH, *_OPTIONS, *revs)
        for path, lines in _hunks(patch):
            if path in files and files[path].lines is not None:
                files[path] = Change(path, files[path].old, (*(files[path].lines or ()), lines))
    return Changes(files, frozenset(deleted - files.keys()), after)


def _raw(
    record: bytes, fields: Iterator[bytes], files: dict[str, Change], deleted: set[str]
) -> None:
    """Read one record of the raw format: modes, objects and status, then one name or two."""
    status = record.rpartition(b" ")[2][:1]
    path = os.fsdecode(next(fields, b""))
    if status == b"D":
        deleted.add(path)
    elif status == b"R":
        new = os.fsdecode(next(fields, b""))
        files[new] = Change(new, path, ())
    else:
        files[path] = Change(path, lines=() if status == b"M" else None)


def _count(record: bytes, fields: Iterator[bytes], files: dict[str, Change]) -> None:
    """Read one record of numstat, which alone tells what git takes for binary: then all of it has changed."""
    added, _, name = record.split(b"\t", 2)
    if not name:
        name = list(islice(fields, 2))[-1]
    path = os.fsdecode(name)
    if added == b"-" and path in files:
        files[path] = Change(path, files[path].old)


def _hunks(patch: Iterator[bytes]) -> Iterator[tuple[str, Lines]]:
    """Yield the new lines of every hunk; bodies are counted, for they may hold what looks like a header."""
    path, body = "", 0
    for line in patch:
        if body > 0:
            body -= not line.startswith(b"\\")
        elif line.startswith(b"+++ "):
            path = path_of(line[4:])
        elif hunk := HUNK.match(line):
            old, first, new = hunk.groups()
            added = 1 if new is None else int(new)
            body = added + (1 if old is None else int(old))
            if added:
                yield path, (int(first), added)


def path_of(written: bytes) -> str:
    """Return the name in a header, which git quotes like C where it must."""
    name = written.removesuffix(b"\n").removesuffix(b"\t")
    if name.startswith(b'"'):
        name = _ESCAPE.sub(lambda match: _unescaped(match[1]), name[1:-1])
    return os.fsdecode(re.sub(rb"^[ab]/", b"", name))


def _unescaped(code: bytes) -> bytes:
    return bytes([int(code, 8)]) if code.isdigit() else _ESCAPED.get(code, code)


def without_filters(git: Git) -> Git:
    """Return git with the clean filters off that its configuration names: they are programs."""
    answer = git.ask("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    filters = {os.fsdecode(name).rpartition(".")[0] for name in answer.out.split(b"\0")[:-1]}
    return git.configured(
        {
            f"{name}.{key}": value
            for name in sorted(filters)
            for key, value in (("clean", ""), ("process", ""), ("required", "false"))
        }
    )
