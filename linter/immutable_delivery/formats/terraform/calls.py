"""Which modules a configuration calls, and which files are therefore read together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, above, below, folder_of, resolve
from immutable_delivery.source.ties import Ties

MAX_HOMES = 20
"""Where so many modules may be meant by values that lie elsewhere, the further ones are not asked."""

_MODULE = lazy(r"\.(?:tf|tofu)(?:\.json)?\Z")
_CALL = lazy(rb'^[ \t]*"?source"?[ \t]*[=:][ \t]*"(\.{1,2}/[^"$\n]*)"', re.MULTILINE)


def tied(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of modules that call each other, in the order of their first one."""
    ties, homes = Ties(), _Homes({folder_of(path) for path in paths if _MODULE.search(path)})
    for path in paths:
        for called in _called(path, files):
            ties.tie(folder_of(path), called)
        if ".tfvars" in path:
            homes.tie_values(folder_of(path), ties)
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[ties.root(folder_of(path))].append(path)
    yield from found.values()


class _Homes:
    """The folders that are modules."""

    def __init__(self, folders: set[str]) -> None:
        self._folders = folders
        self._sorted = sorted(folders)

    def tie_values(self, folder: str, ties: Ties) -> None:
        """Tie values to the modules that may be given them: the one around them, else those below the nearest folder that has any."""
        around = [folder, *above(folder)]
        if not self._folders.isdisjoint(around):
            return
        near = next((held for one in around if (held := self._below(one))), [])
        for home in near:
            ties.tie(folder, home)

    def _below(self, folder: str) -> list[str]:
        return list(islice(below(self._sorted, folder), MAX_HOMES))


def _called(path: str, files: Files) -> Iterator[str]:
    """Yield the folders of the repository that a file takes modules from, or holds values for."""
    if ".tfvars" in path:
        yield folder_of(folder_of(path))
        return
    try:
        data = files.read(path)
    except (MissingError, UnreadableError):
        return
    for call in _CALL.finditer(data):
        folder = resolve(folder_of(path), call[1].decode("utf-8", "replace"))
        if folder is not None:
            yield folder.rstrip("/")
