"""Which file configures a repository; what only looks like it is refused, for nobody would notice that it is not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.config import FILE, PYPROJECT
from immutable_delivery.errors import ConfigError, Fault, UnreadableError
from immutable_delivery.repository.classify import classify
from immutable_delivery.source.files import Files

NAMES = (FILE, ".imd.yml")
_LOOKALIKES = ("imd.yaml", "imd.yml")
_EXAMPLES = frozenset({"example", "examples", "sample", "samples", "demo", "demos", "templates"})
"""Folders whose configurations are for repositories of their own."""


def find(files: Files) -> str:
    """Return the configuration file at the root, "" where there is none; two are one too many."""
    found = list(_found(files))
    if len(found) > 1:
        first, second = found[:2]
        raise ConfigError(Fault(f"{second} is a configuration too; keep one of them", first))
    for name in _LOOKALIKES:
        if files.state(name) != "missing" and not found:
            why = f"is not read: rename it to {FILE}, or name it with --config {name}"
            raise ConfigError(Fault(why, name))
    for path in files.paths:
        if _is_nested(path) and files.state(path) == "tracked":
            raise ConfigError(Fault(_nested(path), path))
    return found[0] if found else ""


def _found(files: Files) -> Iterator[str]:
    yield from (name for name in NAMES if files.state(name) != "missing")
    if _in_pyproject(files):
        yield PYPROJECT


def _is_nested(path: str) -> bool:
    if not path.endswith((f"/{NAMES[0]}", f"/{NAMES[1]}")):
        return False
    return not classify(path) and _EXAMPLES.isdisjoint(path.split("/"))


def _nested(path: str) -> str:
    folder = path.rpartition("/")[0]
    own = f"write what it says below `per-path: {{{folder}/**: …}}` of the {FILE} at the root"
    return f"only the configuration at the root is read: {own}, or name it with --config {path}"


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
