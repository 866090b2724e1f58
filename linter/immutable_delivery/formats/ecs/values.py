"""Reading task definitions: keys in either spelling, as the registration writes them and as CloudFormation does."""

from __future__ import annotations

from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence


def find(node: Node | None, *keys: str) -> Node | None:
    """Return what stands under ``keys``, each spelt with a small letter first."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key) or node.get(f"{key[0].upper()}{key[1:]}")
    return None if isinstance(node, Scalar) and node.null else node


def mappings(node: Node | None, *keys: str) -> list[Mapping]:
    """Return the items that are mappings."""
    found = find(node, *keys)
    listed = found.items if isinstance(found, Sequence) else []
    return [item for item in listed if isinstance(item, Mapping)]


def value(node: Node | None, *keys: str) -> LocatedText | None:
    """Return a text; None where none stands."""
    found = find(node, *keys)
    return found.written if isinstance(found, Scalar) else None


def values(node: Node | None, *keys: str) -> tuple[LocatedText, ...] | None:
    """Return a list of texts, of something unknown one that is unknown; None where no list stands."""
    found = find(node, *keys)
    if isinstance(found, Scalar) and not found.written.known:
        return (found.written,)
    if not isinstance(found, Sequence):
        return None
    return tuple(item.written for item in found.items if isinstance(item, Scalar))


def key(node: Mapping, name: str) -> Scalar | None:
    """Return a key as it is written."""
    return node.key(name) or node.key(f"{name[0].upper()}{name[1:]}")


def truth(node: Node | None, name: str) -> bool | None:
    """Return a truth value: False where nothing stands, None where it is not known."""
    written = value(node, name)
    if written is None:
        return False
    return {"true": True, "false": False}.get(written.text.lower()) if written.known else None
