"""What custom objects deliver otherwise than by pods: images under `image`, and what nobody can read."""

from __future__ import annotations

from collections.abc import Container, Iterator

from immutable_delivery.containers import lower
from immutable_delivery.facts import Image, Unread
from immutable_delivery.formats.kubernetes.volumes import reference_of
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import ApiGroups, CustomKinds

_REFERENCE = lazy(r"[a-z0-9][\w.-]*(?::\d+)?(?:/[\w.-]+)*(?:[:/][\w.-]+)(?:@sha256:[0-9a-f]+)?\Z")
_KUBERNETES = lazy(r"(?:apps|batch|extensions|autoscaling|policy|.*\.k8s\.io)?\Z")
_VALUES = frozenset({"values", "valuesObject"})
"""What a chart takes: nobody knows what it makes of it."""


def unread(workload: Workload) -> Iterator[Unread]:
    """Yield that nobody reads what an object of this kind delivers."""
    one = workload.resource.identity
    rows = known(CustomKinds).unread
    reason = rows.get(f"{one.group}/{one.kind}") or rows.get(f"{one.group}/*")
    if reason:
        place = _kind_place(workload)
        yield Unread(
            used_at=place,
            extent=workload.resource.root.place,
            scope=workload.scope(),
            subject=one.kind,
            reason=" ".join(reason),
        )


def images(workload: Workload, seen: Container[Place]) -> Iterator[Image]:
    """Yield the references under `image` in a custom object, wherever it keeps them, but for those already seen."""
    one = workload.resource.identity
    if _KUBERNETES.match(one.group) or one.group.endswith(known(ApiGroups).policies):
        return
    for holder in _mappings(find(workload.resource.root, "spec")):
        image = holder.get("image")
        if isinstance(image, Scalar) and image.place not in seen and _REFERENCE.match(image.text):
            yield lower.image(reference_of(image, "container", image.place), workload.scope())


def _kind_place(workload: Workload) -> Place:
    kind = scalar(workload.resource.root, "kind")
    return kind.place if kind else workload.resource.root.place


def _mappings(root: Node | None) -> Iterator[Mapping]:
    waiting: list[Node] = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += reversed(node.items)
        elif isinstance(node, Mapping):
            yield node
            waiting += reversed([value for key, value in node.items() if key not in _VALUES])
