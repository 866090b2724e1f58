"""What a kustomization puts on every object: prefix, suffix, namespace, labels and annotations."""

from __future__ import annotations

from immutable_delivery.formats.kustomize.accumulated import Accumulated
from immutable_delivery.formats.kustomize.model import Kustomization
from immutable_delivery.formats.kustomize.resource import CLUSTER_SCOPED, Resource
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import mapping, pairs, scalar, text, with_value

_UNTOUCHED = frozenset({"APIService", "CustomResourceDefinition", "Namespace"})


def transform(gathered: Accumulated, kustomization: Kustomization) -> None:
    """Apply all of it, in kustomize's order."""
    namespace = kustomization.scalar("namespace")
    prefix, suffix = kustomization.scalar("namePrefix"), kustomization.scalar("nameSuffix")
    labels = _labels(kustomization)
    annotations = list(pairs(kustomization.root, "commonAnnotations"))
    if not (namespace or prefix or suffix or labels or annotations):
        return
    for resource in gathered.resources:
        _move(resource, namespace)
        _rename(resource, prefix, suffix)
        _mark(resource, "labels", labels)
        _mark(resource, "annotations", annotations)


def _labels(kustomization: Kustomization) -> list[tuple[Scalar, Node]]:
    found = [pair for entry in kustomization.list("labels") for pair in pairs(entry, "pairs")]
    return found + list(pairs(kustomization.root, "commonLabels"))


def _move(resource: Resource, namespace: Scalar | None) -> None:
    kind = text(resource.root, "kind")
    if namespace is not None and (kind == "Namespace" or kind not in CLUSTER_SCOPED):
        resource.remember()
        _set(resource, ("metadata", "name" if kind == "Namespace" else "namespace"), namespace)


def _rename(resource: Resource, prefix: Scalar | None, suffix: Scalar | None) -> None:
    name = scalar(resource.root, "metadata", "name")
    if name is None or text(resource.root, "kind") in _UNTOUCHED or not (prefix or suffix):
        return
    resource.remember()
    parts = [part.written for part in (prefix, name, suffix) if part is not None]
    resource.affixes += tuple(part.text for part in (prefix, suffix) if part is not None)
    _set(
        resource,
        ("metadata", "name"),
        Scalar(LocatedText.joined(parts, name.place), name.place, plain=False),
    )


def _mark(resource: Resource, where: str, entries: list[tuple[Scalar, Node]]) -> None:
    if not entries:
        return
    held = mapping(resource.root, "metadata", where) or Mapping(place=entries[0][0].place)
    new = {**held.entries, **{key.text: (key, value) for key, value in entries}}
    _set(resource, ("metadata", where), Mapping(new, place=held.place))


def _set(resource: Resource, path: tuple[str, ...], value: Node) -> None:
    changed = with_value(resource.root, path, value)
    resource.root = changed if isinstance(changed, Mapping) else resource.root
