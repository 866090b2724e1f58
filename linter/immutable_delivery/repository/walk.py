"""The files of a folder without the help of version control."""

from __future__ import annotations

import os
from collections.abc import Iterator

from immutable_delivery.errors import UsageError
from immutable_delivery.source.escape import shown

MAX_FILES = 1_000_000
"""A folder with more is no project: somebody started at the wrong one."""

SKIPPED = frozenset(
    {
        *(".git", ".hg", ".svn", ".jj"),
        *("node_modules", "bower_components", "__pycache__", ".venv", "venv", "site-packages"),
        *(".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".cache"),
        *(".terraform", ".terragrunt-cache", ".gradle", ".idea"),
    }
)
"""Folders that hold tools and what they fetched, never what a team writes."""


def walk(root: str, within: str = "", notices: list[str] | None = None) -> Iterator[str]:
    """Yield the files below ``root``/``within``, relative to the root; tell in ``notices`` which folders cannot be listed."""
    waiting, seen = [within], 0
    while waiting:
        folder = waiting.pop()
        for entry in _entries(root, folder, notices):
            path = f"{folder}/{entry.name}" if folder else entry.name
            seen += 1
            if not entry.is_dir(follow_symlinks=False):
                yield path
            elif entry.name not in SKIPPED:
                waiting.append(path)
        if seen > MAX_FILES:
            raise UsageError(
                f"{shown(root)} holds more than {MAX_FILES:,} files: name the project's own folder"
            )


def _entries(root: str, folder: str, notices: list[str] | None) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(f"{root}/{folder}") as entries:
            return list(entries)
    except OSError as error:
        if notices is not None:
            notices.append(f"{shown(folder or root)} cannot be listed: {error.strerror}")
        return []
