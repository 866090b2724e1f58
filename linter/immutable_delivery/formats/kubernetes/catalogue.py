"""Custom kinds that name images outside of a pod spec: where, and in what role."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find, items, text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import CustomKinds


def images(root: Mapping, group: str, kind: str) -> Iterator[tuple[str, Scalar]]:
    """Yield the images that a custom kind names outside of pod specs, with the path of each."""
    places = known(CustomKinds).images
    for path in (*places.get(f"{group}/{kind}", ()), *places.get(f"{group}/*", ())):
        found: list[Node | None] = [root]
        for step in path.split("."):
            found = [one for node in found for one in _below(node, step)]
        yield from ((path, node) for node in found if isinstance(node, Scalar) and not node.null)


def _below(node: Node | None, step: str) -> list[Node | None]:
    """Return what lies one step down; what OpenShift refers to is an image only where it says so."""
    if step == "*":
        return [*items(node)]
    below = find(node, step)
    return [below] if step != "from" or text(below, "kind") == "DockerImage" else []
