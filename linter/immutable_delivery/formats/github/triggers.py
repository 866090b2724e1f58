"""What starts a workflow."""

from __future__ import annotations

from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find

_RELEASES = frozenset(("release",))


def triggers(root: Node | None) -> dict[str, Node | None]:
    """Return the events that start a workflow, each with what is said of it."""
    said = find(root, "on")
    if isinstance(said, Scalar):
        return {said.text: None}
    if isinstance(said, Sequence):
        return {one.text: None for one in said.items if isinstance(one, Scalar)}
    return dict(said.items()) if isinstance(said, Tree) else {}


def is_action(root: Tree) -> bool:
    """Whether a file is of an action."""
    return root.get("runs") is not None and root.get("jobs") is None


def is_called(root: Node | None) -> bool:
    """Whether a workflow does nothing unless another one calls it."""
    return [*triggers(root)] == ["workflow_call"]


def is_tagged(root: Node) -> bool:
    """Whether it only runs for tags and releases."""
    found = triggers(root)
    return bool(found) and all(
        name in _RELEASES or (name == "push" and _is_of_tags(said)) for name, said in found.items()
    )


def _is_of_tags(said: Node | None) -> bool:
    return find(said, "tags") is not None and find(said, "branches") is None
