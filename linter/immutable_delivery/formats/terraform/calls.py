"""Which modules a configuration calls, and which files are therefore read together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.source.ties import Ties

_CALL = lazy(rb'^[ \t]*"?source"?[ \t]*[=:][ \t]*"(\.{1,2}/[^"$\n]*)"', re.MULTILINE)


def tied(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of modules that call each other, in the order of their first one."""
    ties = Ties()
    for path in paths:
        for called in _called(path, files):
            ties.tie(folder_of(path), called)
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[ties.root(folder_of(path))].append(path)
    yield from found.values()


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
