"""What a folder holds, as far as somebody has to be told which files to read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_DOCKERFILE = re.compile(r"(^|.*\.)(docker|container)file(\..*)?$", re.IGNORECASE)
_COMPOSE = re.compile(r"(docker-)?compose([.-].*)?\.ya?ml$", re.IGNORECASE)
_MANIFEST = re.compile(r".*\.ya?ml$", re.IGNORECASE)


class Input(Struct, frozen=True):
    """A folder and its files by kind."""

    folder: Path
    dockerfiles: list[Path]
    compose: list[Path]
    others: list[Path]
    """Further YAML."""

    @property
    def files(self) -> int:
        """How many files may be of interest."""
        return len(self.dockerfiles) + len(self.compose) + len(self.others)


def input_of(folder: Path) -> Input:
    """Look through a folder."""
    found = Input(folder, [], [], [])
    kinds = (
        (_DOCKERFILE, found.dockerfiles),
        (_COMPOSE, found.compose),
        (_MANIFEST, found.others),
    )
    for path in _files(folder):
        kind = next((kind for pattern, kind in kinds if pattern.match(path.name)), None)
        if kind is not None:
            kind.append(path)
    return found


def typical(files: list[Path]) -> list[Path]:
    """Return the files, those about as large as the median first."""
    ordered = sorted(files, key=lambda path: (path.stat().st_size, path))
    middle = len(files) // 2
    nearest = sorted(range(len(files)), key=lambda index: abs(index - middle))
    return [ordered[index] for index in nearest]


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(where, name)
            if path.is_file() and not path.is_symlink():
                yield path
