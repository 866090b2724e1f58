"""JSON patches (RFC 6902) on trees, all or nothing, every value with the place that it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.kustomize.images import repinned
from immutable_delivery.formats.kustomize.model import Refused
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence
from immutable_delivery.syntax.yaml.query import text, written

_MAX_DIGITS = 10
_MAX_DEPTH = 200
_MAX_NODES = 100_000
"""A `copy` may double a document: thirty of them would fill the memory."""


def patched(root: Mapping, operations: list[Node]) -> Mapping:
    """Return an object with every operation applied; raise :class:`Refused` where one does not apply."""
    node: Node = root
    for operation in operations:
        node = _applied(node, operation)
    if not isinstance(node, Mapping):
        raise Refused("the JSON patch leaves no object")
    return node


def _applied(root: Node, operation: Node) -> Node:
    verb, path = text(operation, "op"), _steps(text(operation, "path"))
    value = operation.get("value") if isinstance(operation, Mapping) else None
    if verb in {"add", "replace"} and value is not None:
        return _edited(root, path, value, verb)
    if verb == "remove":
        return _edited(root, path, None, verb)
    if verb in {"move", "copy"}:
        return _carried(root, _steps(text(operation, "from")), path, verb)
    if verb == "test" and value is not None:
        if _plain(_at(root, path)) != _plain(value):
            raise Refused(f"the test of `{text(operation, 'path')}` fails")
        return root
    raise Refused(f"`{verb}` is no operation of a JSON patch that can be applied")


def _carried(root: Node, source: list[str], path: list[str], verb: str) -> Node:
    found = _at(root, source)
    if verb == "move":
        root = _edited(root, source, None, "remove")
    elif _size(found) + _size(root) > _MAX_NODES or _depth(found) + len(path) > _MAX_DEPTH:
        raise Refused("the JSON patch copies too much")
    return _edited(root, path, found, "add")


def _edited(root: Node, path: list[str], value: Node | None, verb: str) -> Node:
    if not path:
        if value is None:
            raise Refused("a JSON patch cannot remove the whole object")
        return value
    if len(path) > _MAX_DEPTH:
        raise Refused("the path of the JSON patch is too long")
    chain = [root]
    for step in path[:-1]:
        chain.append(_child(chain[-1], step))
    node = _changed(chain[-1], path[-1], value, verb)
    for holder, step in zip(reversed(chain[:-1]), reversed(path[:-1]), strict=True):
        node = _changed(holder, step, node, "replace")
    return node


def _changed(holder: Node, step: str, value: Node | None, verb: str) -> Node:
    if isinstance(holder, Sequence):
        return _in_sequence(holder, step, value, verb)
    if not isinstance(holder, Mapping):
        raise Refused(f"there is nothing under `{step}`")
    old = holder.entries.get(step)
    if verb == "remove" and old is None:
        raise Refused(f"there is no `{step}` to {verb}")
    if value is None:
        return replace(
            holder, entries={key: entry for key, entry in holder.entries.items() if key != step}
        )
    name = old[0] if old else written(step, value.place)
    new = repinned(old[1] if old else None, value) if step == "image" else value
    return replace(holder, entries={**holder.entries, step: (name, new)})


def _in_sequence(holder: Sequence, step: str, value: Node | None, verb: str) -> Node:
    items = list(holder.items)
    at = len(items) if step == "-" and verb == "add" else _index(step, len(items) + (verb == "add"))
    if verb == "add" and value is not None:
        items.insert(at, value)
    elif value is None:
        del items[at]
    else:
        items[at] = value
    return replace(holder, items=items)


def _child(node: Node, step: str) -> Node:
    if isinstance(node, Sequence):
        return node.items[_index(step, len(node.items))]
    found = node.get(step) if isinstance(node, Mapping) else None
    if found is None:
        raise Refused(f"there is no `{step}`")
    return found


def _at(node: Node, path: list[str]) -> Node:
    for step in path:
        node = _child(node, step)
    return node


def _index(step: str, length: int) -> int:
    digits = step.removeprefix("-")
    at = (
        int(step)
        if digits.isascii() and digits.isdecimal() and len(digits) < _MAX_DIGITS
        else length
    )
    at = at + length if at < 0 else at
    if not 0 <= at < length:
        raise Refused(f"there is no item `{step}`")
    return at


def _steps(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise Refused(f"`{pointer}` is no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _plain(node: Node) -> object:
    """Return a value that equals another's when the nodes say the same."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return None if node.null else node.text


def _levels(node: Node) -> Iterator[list[Node]]:
    """Yield the nodes of each depth, for as long as there are not too many."""
    level, seen = [node], 0
    while level and seen <= _MAX_NODES:
        seen += len(level)
        yield level
        level = [inner for one in level for inner in _inner(one)]


def _inner(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [value for _, value in node.items()]
    return node.items if isinstance(node, Sequence) else []


def _size(node: Node) -> int:
    return sum(len(level) for level in _levels(node))


def _depth(node: Node) -> int:
    return sum(1 for _ in _levels(node))
