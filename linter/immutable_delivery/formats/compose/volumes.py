"""What the `volumes` of a service say, in the short syntax and in the long one."""

from __future__ import annotations

from immutable_delivery.containers.volumes import Volume, VolumeError, short
from immutable_delivery.formats.compose.reading import truth
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import scalar


def volume_of(node: Node) -> Volume:
    """Read one entry of `volumes`."""
    if isinstance(node, Scalar):
        return short(node.written)
    if not isinstance(node, Mapping):
        raise VolumeError("is neither text nor a mapping")
    target = scalar(node, "target")
    source = scalar(node, "source")
    if target is None:
        raise VolumeError("names no target")
    kind, read_only = scalar(node, "type"), scalar(node, "read_only")
    return Volume(
        kind.text if kind else "volume",
        source.written if source else None,
        target.written,
        truth(read_only),
        read_only.place if read_only else None,
    )
