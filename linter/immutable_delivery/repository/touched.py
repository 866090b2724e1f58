"""Which paths differ between two states, whatever became of them: bytes, mode, kind, name, the commit of a submodule."""

from __future__ import annotations

import os
from collections.abc import Collection

from immutable_delivery.repository.diffs import without_filters
from immutable_delivery.repository.git import Git

_OPTIONS = (
    *("--raw", "--no-renames", "--no-abbrev", "--no-relative", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "-z"),
)
"""A file that is renamed is gone from one path and new at another: what took the old one misses it."""


def between(git: Git, old: str, new: str) -> frozenset[str]:
    """Return the paths that differ between two commits."""
    return _paths(git, "diff-tree", "-r", "--ignore-submodules=none", *_OPTIONS, old, new)


def working(git: Git, commit: str, untracked: Collection[str]) -> frozenset[str]:
    """Return the paths at which the working tree differs from a commit; of a submodule only its commit counts."""
    options = ("diff-index", "--ignore-submodules=dirty", *_OPTIONS)
    return _paths(without_filters(git), *options, commit) | frozenset(untracked)


def _paths(git: Git, *command: str) -> frozenset[str]:
    records = git.run(*command).out.split(b"\0")
    return frozenset(os.fsdecode(record) for record in records[1::2])
