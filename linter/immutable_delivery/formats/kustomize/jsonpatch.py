"""JSON patches (RFC 6902) on trees, all or nothing, every value with the place that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from immutable_delivery.formats.kustomize.images import repinned
from immutable_delivery.formats.kustomize.trouble import Refused
from immutable_delivery.formats.lookup import text
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar, Sequence
from immutable_delivery.text import Place

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
    verb, path = text(operation, "op"), _tokens(text(operation, "path"))
    value = operation.get("value") if isinstance(operation, Mapping) else None
    if verb in {"add", "replace"} and value is not None:
        return _edited(root, path, value, verb)
    if verb == "remove":
        return _edited(root, path, None, verb)
    if verb in {"move", "copy"}:
        return _carried(root, _tokens(text(operation, "from")), path, verb)
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
    for token in path[:-1]:
        chain.append(_child(chain[-1], token))
    node = _changed(chain[-1], path[-1], value, verb)
    for holder, token in zip(reversed(chain[:-1]), reversed(path[:-1]), strict=True):
        node = _changed(holder, token, node, "replace")
    return node


def _changed(holder: Node, token: str, value: Node | None, verb: str) -> Node:
    if isinstance(holder, Sequence):
        return _in_sequence(holder, token, value, verb)
    if not isinstance(holder, Mapping):
        raise Refused(f"there is nothing under `{token}`")
    old = holder.entries.get(token)
    if verb != "add" and old is None:
        raise Refused(f"there is no `{token}` to {verb}")
    if value is None:
        return replace(holder, entries={key: entry for key, entry in holder.entries.items() if key != token})
    name = old[0] if old else Scalar(_name(token, value.place), value.place, plain=False)
    new = repinned(old[1] if old else None, value) if token == "image" else value
    return replace(holder, entries={**holder.entries, token: (name, new)})


def _in_sequence(holder: Sequence, token: str, value: Node | None, verb: str) -> Node:
    items = list(holder.items)
    at = len(items) if token == "-" and verb == "add" else _index(token, len(items) + (verb == "add"))
    if verb == "add" and value is not None:
        items.insert(at, value)
    elif value is None:
        del items[at]
    else:
        items[at] = value
    return replace(holder, items=items)


def _child(node: Node, token: str) -> Node:
    if isinstance(node, Sequence):
        return node.items[_index(token, len(node.items))]
    found = node.get(token) if isinstance(node, Mapping) else None
    if found is None:
        raise Refused(f"there is no `{token}`")
    return found


def _at(node: Node, path: list[str]) -> Node:
    for token in path:
        node = _child(node, token)
    return node


def _index(token: str, length: int) -> int:
    digits = token.removeprefix("-")
    at = int(token) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else length
    at = at + length if at < 0 else at
    if not 0 <= at < length:
        raise Refused(f"there is no item `{token}`")
    return at


def _tokens(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise Refused(f"`{pointer}` is no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
