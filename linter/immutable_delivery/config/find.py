"""Which file configures a repository."""

from __future__ import annotations

import re

from immutable_delivery.config import FILE, PYPROJECT
from immutable_delivery.errors import ConfigError, UnreadableError
from immutable_delivery.source.files import Files


def find(files: Files) -> str:
    """Return the configuration file at the root, "" where there is none; two are one too many."""
    there = files.state(FILE) != "missing"
    if not _in_pyproject(files):
        return FILE if there else ""
    if there:
        raise ConfigError(f"{FILE}: {PYPROJECT} has a table [tool.imd] too; keep one of them")
    return PYPROJECT


def _in_pyproject(files: Files) -> bool:
    if files.state(PYPROJECT) == "missing":
        return False
    try:
        data = files.read(PYPROJECT)
    except UnreadableError:
        return False
    if b"imd" not in data:
        return False
    return re.search(rb"^\s*\[+\s*tool\s*\.\s*[\"']?imd\b", data, re.MULTILINE) is not None
