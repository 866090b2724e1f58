"""The entries of a delivery meta file, as far as they are what they should be."""

from __future__ import annotations

from immutable_delivery.facts import Phase, Scope
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence


def text_of(node: Node | None) -> str:
    """Return a scalar as text, "" for anything else."""
    return node.text if isinstance(node, Scalar) and not node.null else ""


def items_of(node: Node | None) -> list[Node]:
    """Return the items of a list, none for anything else."""
    return node.items if isinstance(node, Sequence) else []


def argv_of(root: Mapping) -> tuple[str, ...] | None:
    """Return the start command: () where none is stated, None where it is no list of words."""
    start = root.get("start")
    if start is None or (isinstance(start, Scalar) and start.null):
        return ()
    if not isinstance(start, Sequence) or not all(isinstance(item, Scalar) for item in start.items):
        return None
    return tuple(item.text for item in start.items if isinstance(item, Scalar))


def builds(root: Mapping) -> bool:
    """Whether the image is built here."""
    return isinstance(root.get("build"), Mapping)


def scope_of(root: Mapping, phase: Phase = "build", environments: tuple[str, ...] = ()) -> Scope:
    """Return the scope of a fact of this service; it is deployed where it names an environment."""
    service = text_of(root.get("service"))
    return Scope(
        owner=service,
        service=service,
        phase=phase,
        layer="application" if builds(root) else "middleware",
        environments=environments,
        deployed=bool(environments),
    )
