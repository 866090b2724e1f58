"""The facts of one object: its pods, the images of custom kinds, and what it is as a resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from immutable_delivery.containers import lower
from immutable_delivery.containers.retention import kept
from immutable_delivery.facts import Fact, Image, ResourceType, Role
from immutable_delivery.facts import Resource as ResourceFact
from immutable_delivery.formats.kubernetes import catalogue, custom, gitops, variables
from immutable_delivery.formats.kubernetes.containers import pod_facts
from immutable_delivery.formats.kubernetes.pods import pods
from immutable_delivery.formats.kubernetes.registries import retention
from immutable_delivery.formats.kubernetes.shapes import tell_containers, tell_object
from immutable_delivery.formats.kubernetes.triggers import automatic
from immutable_delivery.formats.kubernetes.volumes import reference_of
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import is_true, mapping, mappings, scalar, scalars, text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Roles

_GRANTS = ("exec", "attach", "portforward", "ephemeralcontainers")
_VERBS = {
    "exec": {"create", "get", "*"},
    "attach": {"create", "get", "*"},
    "portforward": {"create", "get", "*"},
    "ephemeralcontainers": {"update", "patch", "*"},
}
_SYSTEM = lazy(r"system:|gce:")
"""Roles and groups that belong to the cluster itself."""
_KEEPERS = {
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("argoproj.io", "Rollout"),
}


def facts(workload: Workload) -> Iterator[Fact]:
    """Yield everything that an object says."""
    found = list(_known(workload))
    yield from found
    yield from custom.images(workload, {fact.used_at for fact in found if isinstance(fact, Image)})
    yield from custom.unread(workload)


def _known(workload: Workload) -> Iterator[Fact]:
    """Yield what is known of the kind of an object, and of every pod spec."""
    one = workload.resource.identity
    root = workload.resource.root
    tell_object(workload)
    for pod in pods(root, one.group, one.kind):
        tell_containers(pod, workload)
        yield from pod_facts(pod, workload)
    for path, node in catalogue.images(root, one.group, one.kind):
        part = path.removeprefix("spec.").removesuffix(".image")
        scope = workload.scope("" if part == "image" or "." in part else part)
        role: Role = "volume" if "containerDisk" in path else "container"
        yield lower.image(reference_of(node, role, node.place), scope)
    yield from gitops.facts(workload)
    for key in ("annotations", "labels"):  # Keel reads either
        yield from variables.instructions(mapping(root, "metadata", key), workload.scope())
    yield from _resource(workload)


def _resource(workload: Workload) -> Iterator[ResourceFact]:
    one = workload.resource.identity
    if one.group == "" and one.kind in {"ConfigMap", "Secret"}:
        yield _config(workload)
    elif one.group == "rbac.authorization.k8s.io" and one.kind in {"Role", "ClusterRole"}:
        yield from _role(workload)
    elif one.group == "rbac.authorization.k8s.io" and one.kind in {
        "RoleBinding",
        "ClusterRoleBinding",
    }:
        yield from _binding(workload)
    elif (one.group, one.kind) in _KEEPERS:
        yield _history(workload)
    elif one.group == "apps.openshift.io" and (trigger := automatic(workload.resource.root)):
        yield _fact(workload, "updater", {"name": trigger}, name="The ImageChange trigger")
    elif policy := retention(workload.resource.root, one.group, one.kind):
        yield _fact(workload, "registry", {"history": policy}, history=kept(policy), immutable=None)


def _config(workload: Workload) -> ResourceFact:
    resource = workload.resource
    kind: ResourceType = "config map" if workload.kind == "ConfigMap" else "secret"
    immutable = is_true(resource.root, "immutable")
    return _fact(workload, kind, {}, immutable=immutable, hashed=resource.hashed)


def _history(workload: Workload) -> ResourceFact:
    limit = scalar(workload.resource.root, "spec", "revisionHistoryLimit")
    if limit is None:
        return _fact(workload, "workload", {})
    history = int(limit.text[:9]) if limit.text.isdecimal() else None
    return _fact(workload, "workload", {"history": limit}, history=history)


def _role(workload: Workload) -> Iterator[ResourceFact]:
    """Yield one fact per rule of a role that lets people into running containers."""
    if _SYSTEM.match(workload.name) or workload.name in known(Roles).grants:
        return
    for rule in mappings(workload.resource.root, "rules"):
        groups = {one.text for one in scalars(rule, "apiGroups")}
        verbs = {one.text for one in scalars(rule, "verbs")}
        named = [
            one
            for one in scalars(rule, "resources")
            if groups & {"", "*"} and _grants(one.text, verbs)
        ]
        if named:
            grants = tuple(
                dict.fromkeys(grant for one in named for grant in _grants(one.text, verbs))
            )
            yield _fact(workload, "role", {"grants": named[0]}, grants=grants)


def _binding(workload: Workload) -> Iterator[ResourceFact]:
    """Yield what a binding gives to others than the cluster itself, where it gives a role that every cluster has."""
    root = workload.resource.root
    role = scalar(root, "roleRef", "name")
    subjects = [one for one in mappings(root, "subjects") if not _SYSTEM.match(text(one, "name"))]
    if role is None or not subjects or text(root, "roleRef", "kind") != "ClusterRole":
        return
    if grants := known(Roles).grants.get(role.text):
        yield _fact(workload, "binding", {"role": role}, grants=grants, role=role.text)


def _grants(resource: str, verbs: set[str]) -> list[str]:
    holder, _, part = resource.partition("/")
    if resource != "*" and (holder not in {"pods", "*"} or not part):
        return []
    return [grant for grant in _GRANTS if part in {"", "*", grant} and verbs & _VERBS[grant]]


def _fact(
    workload: Workload, kind: ResourceType, at: dict[str, Scalar], **fields: Any
) -> ResourceFact:
    root = workload.resource.root
    name = scalar(root, "metadata", "name")
    places = {field: node.place for field, node in at.items()}
    return ResourceFact(
        used_at=next(iter(places.values()), name.used_at if name else root.place),
        extent=root.place,
        places=({"name": name.used_at} if name else {}) | places,
        scope=workload.scope(),
        resource_type=kind,
        **{"name": workload.name, **fields},
    )
