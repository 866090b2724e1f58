"""Looking things up in a tree whose shape nobody guarantees, and changing trees that others still hold."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Held
from collections.abc import Sequence as AnySequence

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Scalar, Sequence

_OPEN = ""
"""The key that stands for the entries of a mapping that nobody knows."""
_TRUE = frozenset({"true", "True", "TRUE", "yes", "on"})


def roots(
    documents: Held[str, AnySequence[Document]], ctx: ParseContext
) -> Iterator[tuple[str, Node | None]]:
    """Yield path and root of every document that can be read; say of the others why they cannot."""
    for path, held in documents.items():
        for document in held:
            if document.problem:
                ctx.troubles.append(ParseProblem(path, document.problem_at, document.problem))
            else:
                yield path, document.root


def find(node: Node | None, *keys: str) -> Node | None:
    """Return what stands under ``keys``; None where something on the way is no mapping."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def scalar(node: Node | None, *keys: str) -> Scalar | None:
    """Return the scalar under ``keys``; None where there is none, or null."""
    found = find(node, *keys)
    return found if isinstance(found, Scalar) and not found.null else None


def text(node: Node | None, *keys: str) -> str:
    """Return the text under ``keys``, "" where there is none."""
    found = scalar(node, *keys)
    return found.text if found else ""


def mapping(node: Node | None, *keys: str) -> Mapping | None:
    """Return the mapping under ``keys``."""
    found = find(node, *keys)
    return found if isinstance(found, Mapping) else None


def items(node: Node | None, *keys: str) -> list[Node]:
    """Return the items of the sequence under ``keys``."""
    found = find(node, *keys)
    return found.items if isinstance(found, Sequence) else []


def mappings(node: Node | None, *keys: str) -> list[Mapping]:
    """Return those items of the sequence under ``keys`` that are mappings."""
    return [item for item in items(node, *keys) if isinstance(item, Mapping)]


def scalars(node: Node | None, *keys: str) -> list[Scalar]:
    """Return those items of the sequence under ``keys`` that are scalars."""
    found = items(node, *keys)
    return [item for item in found if isinstance(item, Scalar) and not item.null]


def is_true(node: Node | None, *keys: str) -> bool:
    """Whether YAML's true stands under ``keys``."""
    found = scalar(node, *keys)
    return bool(found and found.plain and found.text in _TRUE)


def hidden(node: Node | None, *keys: str) -> bool:
    """Whether nobody knows what stands under ``keys``: a value on the way is unknown, or a mapping has entries that are."""
    for key in keys:
        if not isinstance(node, Mapping):
            break
        node = node.get(key) or node.get(_OPEN)
    return isinstance(node, Scalar) and (not node.written.known or not node.text)


def pairs(node: Node | None, *keys: str) -> Iterator[tuple[Scalar, Node]]:
    """Yield the entries of the mapping under ``keys``."""
    found = mapping(node, *keys)
    return iter(found.entries.values() if found else ())


def texts(node: Node | None, *keys: str) -> dict[str, LocatedText | None]:
    """Return the texts of the mapping under ``keys`` by their keys; None for a value that is no text."""
    return {
        key.text: value.written if isinstance(value, Scalar) else None
        for key, value in pairs(node, *keys)
    }


def written(value: str, place: Place) -> Scalar:
    """Return a scalar that stands for ``place`` and that nobody wrote just so."""
    return Scalar(LocatedText.literal(value, place), place, plain=False)


def with_entry(node: Mapping, key: str, value: Node) -> Mapping:
    """Return the mapping with another value under ``key``; the first one stays as it is."""
    old = node.entries.get(key)
    name = old[0] if old else written(key, value.place)
    return replace(node, entries={**node.entries, key: (name, value)})


def without_entry(node: Mapping, key: str) -> Mapping:
    """Return the mapping without ``key``; the first one stays as it is."""
    return replace(node, entries={k: v for k, v in node.entries.items() if k != key})


def with_value(node: Node, path: AnySequence[str | int], value: Node) -> Node:
    """Return the tree with ``value`` at ``path``, making mappings on the way; the first one stays."""
    chain: list[Node | None] = [node]
    for step in path:
        chain.append(_step(chain[-1], step))
    for holder, step in zip(reversed(chain[:-1]), reversed(path), strict=True):
        value = _holding(holder, step, value)
    return value


def _step(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Sequence) and isinstance(step, int):
        return node.items[step]
    return find(node, step) if isinstance(step, str) else None


def _holding(holder: Node | None, step: str | int, value: Node) -> Node:
    if isinstance(holder, Sequence) and isinstance(step, int):
        changed = [*holder.items]
        changed[step] = value
        return replace(holder, items=changed)
    base = holder if isinstance(holder, Mapping) else Mapping(place=value.place)
    return with_entry(base, str(step), value)
