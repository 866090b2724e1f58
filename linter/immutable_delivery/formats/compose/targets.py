"""What an item of a list is about: of several items about the same, Compose keeps the last."""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.formats.compose.volumes import VolumeError, volume_of
from immutable_delivery.formats.lookup import text
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar


def volume_target(node: Node) -> str:
    """Return the path in the container that a volume is mounted at."""
    try:
        volume = volume_of(node)
    except VolumeError:
        return f"?{node.place.span.start}"
    return volume.path or volume.target.text


def _mounted(folder: str) -> Callable[[Node], str]:
    def target(node: Node) -> str:
        if isinstance(node, Scalar):
            return f"{folder}/{node.text}"
        return text(node, "target") or f"{folder}/{text(node, 'source')}"

    return target


def _path(node: Node) -> str:
    return text(node, "path") if isinstance(node, Mapping) else getattr(node, "text", "")


TARGETS: dict[str, Callable[[Node], str]] = {
    "volumes": volume_target,
    "configs": _mounted(""),
    "secrets": _mounted("/run/secrets"),
    "env_file": _path,
}
"""The lists of a service in which a target stands once."""
