"""Which Compose files are read together: those of a folder, the main files above it, and all that one file names.

Files are not parsed for it: whatever looks like the path of another Compose file ties the two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.compose.projects import MAIN_NAMES, folders_above
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, above, folder_of, resolve
from immutable_delivery.source.ties import Ties

_NAMED = lazy(rb"[\w./${}:?=+-]{1,200}\.ya?ml\b")
_TELLS = re.compile(rb"include|extends")
_ENVIRONMENT = lazy(rb"(?m)^\s*(?:export\s+)?COMPOSE_FILE")
"""A file of variables that says which files are the project of its folder."""


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of each family, in the order of their first one."""
    ties, own = Ties(), frozenset(paths)
    for path in paths:
        ties.tie(path, _family(folder_of(path)))
    for folder in sorted({folder_of(path) for path in paths}):
        for other in _tied(folder, own, files):
            ties.tie(_family(folder), other)
    for path in paths:
        for other in _named(_bytes(path, files, _TELLS), folder_of(path), own):
            ties.tie(path, other)
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[ties.root(path)].append(path)
    yield from found.values()


def _tied(folder: str, own: frozenset[str], files: Files) -> Iterator[str]:
    """Yield what the files of a folder may add to: main files above it, and what its `.env` makes its project."""
    for higher in folders_above(folder):
        yield from own.intersection(f"{higher}/{name}".lstrip("/") for name in MAIN_NAMES)
    data = _bytes(f"{folder}/.env".lstrip("/"), files, _ENVIRONMENT)
    yield from _named(data.replace(b":", b"\n").replace(b"=", b"\n"), folder, own)


def _named(data: bytes, folder: str, own: frozenset[str]) -> Iterable[str]:
    """Return the Compose files that bytes name, from a folder or one above it; all of them where a variable hides which."""
    found: set[str] = set()
    for name in set(_NAMED.findall(data)):
        if b"$" in name:
            return own
        text = name.decode("utf-8", "surrogateescape")
        starts = tuple(above(f"{folder}/"))
        found |= own.intersection(path for start in starts if (path := resolve(start, text)))
    return sorted(found)


def _bytes(path: str, files: Files, holding: re.Pattern[bytes]) -> bytes:
    """Return what a file holds, where that is in it."""
    try:
        data = files.read(path)
    except UnreadableError:
        return b""
    return data if holding.search(data) else b""


def _family(folder: str) -> str:
    """Return what stands for a folder: no file has such a name."""
    return f"{folder}/"
