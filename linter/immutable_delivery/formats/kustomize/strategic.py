"""Strategic merge patches, as kustomize merges them: new trees, every value with the place that it comes from.

Lists merge by key only where the Kubernetes API says so, and so only in built-in kinds; else the patch's list wins.
"""

from __future__ import annotations

from immutable_delivery.formats.kustomize.images import repinned
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import text, without_entry

_DIRECTIVE = "$patch"
_POD = frozenset({"containers", "initContainers", "ephemeralContainers"})
_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "ownerReferences": ("uid",),
}
_PORTS = {"containers": ("containerPort", "protocol"), "spec/ports": ("port", "protocol")}
_DEFAULTS = {"protocol": "TCP"}
_KINDS = {
    "apps/v1": {"ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"},
    "batch/v1": {"CronJob", "Job"},
    "batch/v1beta1": {"CronJob"},
    "v1": {"Pod", "PodTemplate", "ReplicationController", "Service", "ServiceAccount"},
}
"""Kinds whose lists merge: those whose schema kustomize knows."""


def merged(old: Mapping, patch: Mapping) -> Mapping | None:
    """Return an object with a patch merged into it; None where the patch deletes it."""
    known = text(old, "kind") in _KINDS.get(text(old, "apiVersion"), ())
    found = _merged(old, patch, (), known=known)
    return found if isinstance(found, Mapping) else None


def _merged(old: Node | None, patch: Node, path: tuple[str, ...], *, known: bool) -> Node | None:
    if isinstance(patch, Scalar):
        if patch.null:
            return None
        return repinned(old, patch) if path[-1:] == ("image",) else patch
    if isinstance(patch, Mapping):
        base = old if isinstance(old, Mapping) else None
        return _mapping(base, patch, path, known=known)
    keys = _merge_keys(path) if known else ()
    if not keys:
        return patch
    return _listed(old if isinstance(old, Sequence) else None, patch, keys, path, known=known)


def _mapping(
    old: Mapping | None, patch: Mapping, path: tuple[str, ...], *, known: bool
) -> Node | None:
    directive = text(patch, _DIRECTIVE)
    patch = without_entry(patch, _DIRECTIVE) if directive else patch
    if directive == "delete":
        return None
    if directive == "replace" or old is None:
        old = replace(patch, entries={})
    entries = dict(old.entries)
    for key, (name, value) in patch.entries.items():
        before = entries.get(key)
        new = _merged(before[1] if before else None, value, (*path, key), known=known)
        if new is None:
            entries.pop(key, None)
        else:
            entries[key] = (before[0] if before else name, new)
    return replace(old, entries=entries)


def _listed(
    old: Sequence | None,
    patch: Sequence,
    keys: tuple[str, ...],
    path: tuple[str, ...],
    *,
    known: bool,
) -> Node | None:
    directive = next((text(item, _DIRECTIVE) for item in patch.items if _is_directive(item)), "")
    changes = [item for item in patch.items if not _is_directive(item)]
    if directive == "delete":
        return None
    kept = list(old.items) if old is not None and directive != "replace" else []
    index = {key: at for at, item in reversed(list(enumerate(kept))) if (key := _key(item, keys))}
    first: list[Node] = []
    matched: set[int] = set()
    for change in changes:
        key = _key(change, keys)
        at = index.get(key) if key else None
        matched |= set() if at is None else {at}
        new = _merged(None if at is None else kept[at], change, path, known=known)
        first += [] if new is None else [new]
    items = first + [item for at, item in enumerate(kept) if at not in matched]
    return replace(old or patch, items=items) if items else None


def _merge_keys(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys by which the items of a list are told apart; () where the list is one value."""
    name, holder = path[-1], path[-2] if len(path) > 1 else ""
    if name == "ports":
        return _PORTS.get("containers" if holder in _POD else "/".join(path), ())
    if name in {"env", "volumeMounts", "volumeDevices"} and holder not in _POD:
        return ()
    if name == "secrets" and holder:
        return ()
    return _KEYS.get(name, ())


def _key(item: Node, keys: tuple[str, ...]) -> tuple[str, ...] | None:
    found = tuple(text(item, key) or _DEFAULTS.get(key, "") for key in keys)
    return found if found[0] else None


def _is_directive(item: Node) -> bool:
    return isinstance(item, Mapping) and list(item.entries) == [_DIRECTIVE]
