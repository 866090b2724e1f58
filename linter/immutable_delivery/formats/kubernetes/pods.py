"""Pod specs, found by their structure: a mapping that holds lists of containers, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from immutable_delivery.facts import ContainerRole
from immutable_delivery.records import Record, field
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import ApiGroups

PodRole: TypeAlias = Literal[ContainerRole, "pipeline"]

_LISTS: dict[str, PodRole] = {
    "containers": "container",
    "initContainers": "init",
    "ephemeralContainers": "ephemeral",
}
_STEPS: dict[str, PodRole] = {"steps": "pipeline", "sidecars": "pipeline"}
_ARGO: dict[str, PodRole] = {"sidecars": "sidecar"}
_WORKFLOW: dict[str, PodRole] = dict.fromkeys(
    ("containers", "initContainers", "sidecars"), "pipeline"
)
_WORKFLOWS = frozenset({"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"})
"""Kinds of Argo whose templates are steps of a pipeline, as Tekton's are."""
_SCHEMAS = frozenset({"openAPIV3Schema", "metadata", "status", "data", "stringData", "binaryData"})
_VALUES = frozenset({"values", "valuesObject"})
_CORE = frozenset({"Pod", "PodTemplate", "ReplicationController"})
"""The kinds of the core group that run pods."""
_BUILT_IN = frozenset({"", "apps", "batch", "extensions"})
_OVERRIDES = _BUILT_IN | {"apps.openshift.io", "monitoring.coreos.com"}
"""Groups in whose lists a container without image stands for one that another object, or an operator, completes."""


class Found(Record):
    """One container of a pod spec."""

    node: Mapping
    role: PodRole
    """container, init, sidecar, ephemeral or pipeline."""
    template: str = ""
    """The name of the template that it is alone in: what to call it where it has no name of its own."""


class Pod(Record):
    """What holds containers, and what belongs to all of them."""

    spec: Mapping
    annotations: Mapping | None
    containers: list[Found] = field(default_factory=list)
    volumes: list[Mapping] = field(default_factory=list)
    defaults: Mapping | None = None
    """What Tekton gives every step."""


def pods(root: Mapping, group: str, kind: str) -> Iterator[Pod]:
    """Yield the pod specs of an object."""
    groups = known(ApiGroups)
    if group in groups.podless or group.endswith(groups.policies):
        return
    if not group and kind not in _CORE:
        return
    lists = _lists(group, kind)
    skipped = _SCHEMAS | (frozenset() if group in _BUILT_IN else _VALUES)
    waiting: list[tuple[Node, Mapping]] = [(root, root)]
    while waiting:
        node, holder = waiting.pop()
        if isinstance(node, Sequence):
            waiting += [(item, holder) for item in reversed(node.items)]
        elif isinstance(node, Mapping):
            pod = _pod(node, holder, group, lists)
            if pod is not None:
                pod.volumes += _claims(holder, root) + _outer(node, root, group)
                yield pod
            used = skipped.union(lists, ("volumes",)) if pod is not None else skipped
            inner = [(value, node) for key, value in node.items() if key not in used]
            waiting += reversed(inner)


def _pod(node: Mapping, holder: Mapping, group: str, lists: dict[str, PodRole]) -> Pod | None:
    found = [
        Found(one, _role(one, role))
        for key, role in lists.items()
        if key in node.entries
        for one in mappings(node, key)
        if text(one, "image") or _completed(one, node, group)
    ]
    if group == "argoproj.io":
        found += _argo(node, lists["containers"])
    if not found:
        return None
    annotations = mapping(holder, "metadata", "annotations")
    return Pod(node, annotations, found, mappings(node, "volumes"), mapping(node, "stepTemplate"))


def _completed(one: Mapping, node: Mapping, group: str) -> bool:
    """Whether a container without image gets one: from another object, an operator, or the template of all steps."""
    if group == "tekton.dev":
        return bool(text(node, "stepTemplate", "image")) and one.get("ref") is None
    return bool(text(one, "name")) and group in _OVERRIDES


def _lists(group: str, kind: str) -> dict[str, PodRole]:
    if group == "tekton.dev":
        return _LISTS | _STEPS
    if group == "argoproj.io" and kind in _WORKFLOWS:
        return _LISTS | _WORKFLOW
    return _LISTS | _ARGO if group == "argoproj.io" else _LISTS


def _argo(node: Mapping, role: PodRole) -> list[Found]:
    """Return the containers of a workflow template; one with a name is a step, wherever the workflow stands."""
    named = [mapping(node, key) for key in ("container", "script")]
    name = text(node, "name")
    return [
        Found(one, "pipeline" if name else role, name)
        for one in named
        if one is not None and text(one, "image")
    ]


def _role(node: Mapping, role: PodRole) -> PodRole:
    """Return what a container is: an init container that never ends is a sidecar."""
    return "sidecar" if role == "init" and text(node, "restartPolicy") == "Always" else role


def _claims(holder: Mapping, root: Mapping) -> list[Mapping]:
    """Return the volumes that a stateful set claims, each as a volume."""
    claims = mappings(holder, "volumeClaimTemplates") or mappings(
        root, "spec", "volumeClaimTemplates"
    )
    return [
        one
        for claim in claims
        if (one := mapping(claim, "metadata")) is not None and scalar(one, "name")
    ]


def _outer(node: Mapping, root: Mapping, group: str) -> list[Mapping]:
    """Return the volumes that a workflow gives all its templates."""
    outer = find(root, "spec")
    return mappings(outer, "volumes") if group == "argoproj.io" and outer is not node else []
