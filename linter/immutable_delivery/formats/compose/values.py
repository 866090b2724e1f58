"""Reading scalars as what Compose takes them for."""

from __future__ import annotations

from immutable_delivery.syntax.yaml import Node, Scalar

_TRUE = frozenset({"true", "y", "yes", "on"})
_FALSE = frozenset({"false", "n", "no", "off", ""})


def truth(node: Node | None) -> bool | None:
    """Return what a truth value says: False where nothing stands, None where it is not known."""
    if not isinstance(node, Scalar) or node.null:
        return False
    text = node.text.lower()
    if not node.written.known or text not in _TRUE | _FALSE:
        return None
    return text in _TRUE
