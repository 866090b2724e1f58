"""The blocks of a job under either of their names: those of HCL and those of the API."""

from __future__ import annotations

from immutable_delivery.syntax.hcl import blocks
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find as exactly

_API = {
    "group": ("TaskGroups",), "task": ("Tasks",), "template": ("Templates",), "artifact": ("Artifacts",), "volume": ("Volumes", "Volume"),
    "volume_mount": ("VolumeMounts",), "service": ("Services",), "check": ("Checks",), "network": ("Networks",), "data": ("EmbeddedTmpl",),
    "port": ("DynamicPorts",), "destination": ("Destination", "DestPath", "RelativeDest"), "source": ("Source", "GetterSource", "SourcePath"),
    "options": ("GetterOptions",), "mode": ("GetterMode",), "read_only": ("ReadOnly",),
}  # fmt: skip


def find(node: Node | None, *keys: str) -> Node | None:
    """Return what stands under ``keys``, each in either spelling."""
    for key in keys:
        spelt = (exactly(node, name) for name in (key, *_API.get(key, (key.title(),))))
        node = next((one for one in spelt if one is not None and not _is_null(one)), None)
    return node


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.null


def every(node: Node | None, key: str) -> list[Mapping]:
    """Return the blocks of a kind that have no label."""
    return blocks.blocks(find(node, key))


def named(node: Node | None, key: str) -> list[tuple[Scalar, Mapping]]:
    """Return the blocks of a kind with their labels."""
    return list(blocks.labelled(find(node, key), "Name", "ID", "Label"))


def jobs(root: Node | None) -> list[tuple[Scalar, Mapping]]:
    """Return the jobs of a file; the API also takes one without anything around it."""
    bare = exactly(root, "TaskGroups") is not None
    return list(blocks.labelled(root, "ID", "Name")) if bare else named(root, "job")


def groups(job: Mapping) -> list[Mapping]:
    """Return the groups of a job; a task that stands in none is one of its own."""
    return [*(group for _, group in named(job, "group")), job]
