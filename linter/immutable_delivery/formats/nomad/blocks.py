"""The blocks of a job under either of their names: those of HCL and those of the API."""

from __future__ import annotations

from collections.abc import Iterator

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
        static, made = _static(node, key), (content for _, content in _made(node, key))
        node = next(made, None) if static is None else static
    return node


def _static(node: Node | None, key: str) -> Node | None:
    spelt = (exactly(node, name) for name in (key, *_API.get(key, (key.title(),))))
    return next((one for one in spelt if one is not None and not _is_null(one)), None)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.null


def every(node: Node | None, key: str) -> list[Mapping]:
    """Return the blocks of a kind that have no label."""
    return [*blocks.blocks(_static(node, key)), *(content for _, content in _made(node, key))]


def named(node: Node | None, key: str) -> list[tuple[Scalar, Mapping]]:
    """Return the blocks of a kind with their labels; what a `dynamic` block makes is called after its kind."""
    return [*blocks.labelled(_static(node, key), "Name", "ID", "Label"), *_made(node, key)]


def _made(node: Node | None, kind: str) -> Iterator[tuple[Scalar, Mapping]]:
    """Yield what `dynamic` blocks make of a kind, each once: how often it stands there no pattern depends on."""
    for label, block in blocks.labelled(exactly(node, "dynamic")):
        if label.text == kind:
            yield from ((label, content) for content in blocks.blocks(exactly(block, "content")))


def jobs(root: Node | None) -> list[tuple[Scalar, Mapping]]:
    """Return the jobs of a file; the API also takes one without anything around it."""
    bare = exactly(root, "TaskGroups") is not None
    return list(blocks.labelled(root, "ID", "Name")) if bare else named(root, "job")


def groups(job: Mapping) -> list[Mapping]:
    """Return the groups of a job; a task that stands in none is one of its own."""
    return [*(group for _, group in named(job, "group")), job]
