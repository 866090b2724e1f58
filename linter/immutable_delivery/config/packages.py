"""Configuration in an installed Python distribution: data files beside imd, read as they were installed and never run.

A path that begins with `//NAME==VERSION/` is one of them: no path of a repository begins so, and none leads there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from immutable_delivery.errors import UnreadableError
from immutable_delivery.source.files import Files, State

if TYPE_CHECKING:
    from importlib.metadata import Distribution

FILE = "imd.yaml"
"""What a distribution calls its configuration, where nobody says otherwise."""

_MARK = "//"


def within(files: Files, path: str) -> Files:
    """Return the files that a path belongs to: those of its distribution, else the repository's."""
    if not path.startswith(_MARK):
        return files
    name, _, version = path.removeprefix(_MARK).partition("/")[0].partition("==")
    return package(name, version)


def packaged(path: str) -> bool:
    """Tell whether a path lies in a distribution."""
    return path.startswith(_MARK)


@cache
def package(name: str, version: str) -> PackageFiles:
    """Return the files of a distribution in this very version; UnreadableError where that is not installed."""
    found = _distribution(name)
    if found is None:
        raise UnreadableError(f"'{name}' is not installed beside imd")
    try:
        installed, files = found.version, PackageFiles(f"{_MARK}{name}=={version}", found)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise UnreadableError(
            f"'{name}' is installed, but what it says of itself is broken"
        ) from error
    if installed != version:
        raise UnreadableError(f"'{name}' is installed in version {installed}, not {version}")
    return files


def _distribution(name: str) -> Distribution | None:
    """Look where imd's own libraries are; not where it runs, which Python may look in first."""
    from importlib import metadata  # noqa: PLC0415 (a tenth of a start, and seldom needed)

    here = os.path.realpath(os.curdir)
    folders = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    context = metadata.DistributionFinder.Context(name=name, path=folders)
    return next(iter(metadata.MetadataPathFinder.find_distributions(context)), None)


class PackageFiles:
    """The files of an installed distribution, by its own list of them."""

    def __init__(self, root: str, distribution: Distribution) -> None:
        self._root = root
        self._files: Mapping[str, Path] = dict(_listed(root, distribution))
        self.paths: Sequence[str] = sorted(self._files)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        if path not in self._files:
            raise UnreadableError("is not there")
        try:
            return self._files[path].read_bytes()
        except OSError as error:
            raise UnreadableError(f"cannot be read: {error.strerror}") from error

    def state(self, path: str) -> State:
        """Tell whether the distribution has a file or folder."""
        there = any(name == path or name.startswith(f"{path}/") for name in self.paths)
        return "tracked" if there else "missing"

    def named(self, name: str) -> str:
        """Return the one file of this name; UnreadableError where there are more or none."""
        found = [path for path in self.paths if path.endswith(f"/{name}")]
        if len(found) == 1:
            return found[0]
        what = self._root.removeprefix(_MARK)
        many = f"{len(found)} files '{name}': say which one, as `file: FOLDER/{name}`"
        raise UnreadableError(f"{what} has {many if found else f'no file {name!r}'}")


def _listed(root: str, distribution: Distribution) -> Iterator[tuple[str, Path]]:
    for path in distribution.files or ():
        place = Path(str(distribution.locate_file(path)))
        inside = not path.is_absolute() and ".." not in path.parts
        if inside and place.is_file():  # the list of newer Pythons leaves out what is missing
            yield f"{root}/{path.as_posix()}", place
