"""What a node says, whatever it looks like: the same for other quotes, orders of keys, comments and aliases."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from immutable_delivery.syntax.yaml.nodes import Mapping, Node, Scalar


def written(scalar: Scalar) -> str:
    """Return the text of a scalar."""
    return scalar.text


def identity(node: Node | None, said: Callable[[Scalar], str] = written) -> str:
    """Return what identifies what a node says; ``said`` fills in variables."""
    return _Identities(said).of(node) if node is not None else ""


class _Identities:
    """Each node once: aliases can repeat one more often than anybody can count."""

    def __init__(self, said: Callable[[Scalar], str]) -> None:
        self._said = said
        self._known: dict[int, tuple[Node, str]] = {}

    def of(self, node: Node) -> str:
        if isinstance(node, Scalar):
            return _digest("scalar", "plain" if node.plain else "quoted", self._said(node))
        if id(node) not in self._known:
            self._known[id(node)] = node, self._inner(node)
        return self._known[id(node)][1]

    def _inner(self, node: Node) -> str:
        if isinstance(node, Mapping):
            entries = sorted(node.items(), key=lambda one: one[0])
            return _digest(
                "mapping", *(part for key, value in entries for part in (key, self.of(value)))
            )
        return _digest("sequence", *(self.of(item) for item in getattr(node, "items", ())))


def _digest(*parts: str) -> str:
    joined = "\0".join(f"{len(part)}:{part}" for part in parts)
    return sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]
