"""Which workflows and actions are read together: each file that starts by itself, with those that it calls.

A file that several call is read with each of them, so that all others are read by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import join

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.github.triggers import is_action, is_called
from immutable_delivery.formats.github.uses import local
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, read_text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar

ACTIONS = ("action.yml", "action.yaml")
MAX_SHARED = 20
"""A file is read with so many others on average; where that is spent, each is read by itself."""

_LOCAL = lazy(rb"(?:^|[\s\"',>|])[$.]{0,2}/")
"""What stands in every file that calls another one."""


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield each file that nothing calls that comes before it, and behind it those that it calls."""
    known = _Known(paths, files)
    left = MAX_SHARED * len(paths)
    called: set[str] = set()
    for path in sorted(paths, key=known.order):
        if path in called:
            continue
        reached = known.reached(path, left)
        left = 0 if reached is None else left - len(reached)
        called.update(reached or ())
        yield [path, *(reached or ())]


class _Known:
    """What files say of themselves and of others; one is parsed where it calls or is called."""

    def __init__(self, paths: Sequence[str], files: Files) -> None:
        self._files = files
        self._roots: dict[str, list[Tree]] = {}
        own = frozenset(paths)
        self._calls = {
            path: sorted(own.intersection(self._called(path)) - {path}) for path in paths
        }
        self._tied = {one for calls in self._calls.values() for one in calls}
        self._tied |= {path for path, calls in self._calls.items() if calls}

    def order(self, path: str) -> tuple[bool, bool, str]:
        """Return what sorts files: what starts by itself comes first."""
        root = next(iter(self._read(path)), None) if path in self._tied else None
        return (root is not None and is_action(root), is_called(root), path)

    def reached(self, path: str, most: int) -> list[str] | None:
        """Return all that a file calls, and that those call; None where that is too much."""
        found = {path}
        waiting = [path]
        while waiting:
            further = [one for one in self._calls[waiting.pop()] if one not in found]
            found.update(further)
            waiting += further
            if len(found) > most:
                return None
        return sorted(found - {path})

    def _called(self, path: str) -> Iterator[str]:
        data = _bytes(path, self._files)
        if b"uses" in data and _LOCAL.search(data):
            for root in self._read(path):
                for used in _used(root):
                    yield from _meant(used)

    def _read(self, path: str) -> list[Tree]:
        if path not in self._roots:
            text = read_text(self._files, path)
            found = yaml.documents(text) if text else ()
            self._roots[path] = [one.root for one in found if isinstance(one.root, Tree)]
        return self._roots[path]


def _bytes(path: str, files: Files) -> bytes:
    try:
        return files.read(path)
    except UnreadableError:
        return b""


def _used(root: Node) -> Iterator[Scalar]:
    """Yield what stands behind `uses:`, wherever that is written."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Tree):
            used = node.get("uses")
            if isinstance(used, Scalar):
                yield used
            waiting += (value for _, value in node.items())
        else:
            waiting += node.items


def _meant(used: Scalar) -> Iterator[str]:
    """Yield the files that are meant: a workflow, or what an action in a folder may be called."""
    path = local(used.written)
    if path is not None:
        yield path
        yield from (join(path, name) for name in ACTIONS)
