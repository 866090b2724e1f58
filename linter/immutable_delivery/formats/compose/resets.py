"""`!reset` and `!override`: what a file takes back of the files before it."""

from __future__ import annotations

from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence

Path = tuple[str, ...]
Paths = frozenset[Path]


def taken_back(node: Node, path: Path = ()) -> tuple[Node | None, Paths]:
    """Return the tree without what it resets, and the paths that it takes back from what came before."""
    if node.tag == "!reset":
        return None, frozenset({path})
    if node.tag == "!override":
        return node, frozenset({path})
    if isinstance(node, Mapping):
        return _mapping(node, path)
    return _sequence(node, path) if isinstance(node, Sequence) else (node, frozenset())


def _mapping(node: Mapping, path: Path) -> tuple[Node, Paths]:
    kept, paths = {}, set[Path]()
    for name, (key, value) in node.entries.items():
        rest, inner = taken_back(value, (*path, name))
        paths |= inner
        if rest is not None:
            kept[name] = (key, rest)
    return (replace(node, entries=kept) if paths else node), frozenset(paths)


def _sequence(node: Sequence, path: Path) -> tuple[Node, Paths]:
    kept, paths = [], set[Path]()
    for index, item in enumerate(node.items):
        rest, inner = taken_back(item, (*path, f"[{index}]"))
        paths |= inner
        if rest is not None:
            kept.append(rest)
    return (replace(node, items=kept) if paths else node), frozenset(paths)


def without(node: Mapping, paths: Paths) -> Mapping:
    """Return a tree without what stands at these paths; items of sequences stay, as Compose leaves them."""
    for path in sorted(paths):
        node = _without(node, path)
    return node


def _without(node: Mapping, path: Path) -> Mapping:
    name, rest = path[0] if path else "", path[1:]
    if name not in node.entries:
        return node
    key, value = node.entries[name]
    entries = dict(node.entries)
    if not rest:
        del entries[name]
    elif isinstance(value, Mapping):
        entries[name] = (key, _without(value, rest))
    return replace(node, entries=entries)
