"""The shapes that the API server asks for, where they matter for what is judged."""

from __future__ import annotations

from immutable_delivery.formats.kubernetes.pods import Pod
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.syntax.yaml.query import find, items, mapping, mappings, text
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

_OBJECT: Shapes = {"metadata": "mapping"}
_METADATA: Shapes = {
    "name": "text",
    "namespace": "text",
    "labels": "mapping",
    "annotations": "mapping",
}
_POD: Shapes = {
    "containers": "mappings",
    "initContainers": "mappings",
    "ephemeralContainers": "mappings",
    "volumes": "mappings",
    "securityContext": "mapping",
}
_CONTAINER: Shapes = {
    "name": "text",
    "image": "text",
    "imagePullPolicy": "text",
    "command": "texts",
    "args": "texts",
    "workingDir": "text",
    "env": "mappings",
    "envFrom": "mappings",
    "volumeMounts": "mappings",
    "ports": "mappings",
    "securityContext": "mapping",
    "lifecycle": "mapping",
    "startupProbe": "mapping",
    "livenessProbe": "mapping",
    "readinessProbe": "mapping",
}
_MOUNT: Shapes = {"name": "text", "mountPath": "text", "subPath": "text"}
_ENTRY: Shapes = {"name": "text", "value": "text", "valueFrom": "mapping"}
_VOLUME: Shapes = {
    "name": "text",
    **dict.fromkeys(
        ("hostPath", "configMap", "secret", "projected", "image", "gitRepo"), "mapping"
    ),
}
_SOURCES: dict[str, Shapes] = {
    "hostPath": {"path": "text"},
    "configMap": {"name": "text", "items": "mappings"},
    "secret": {"secretName": "text", "items": "mappings"},
    "image": {"reference": "text", "pullPolicy": "text"},
    "gitRepo": {"repository": "text", "revision": "text"},
    "projected": {"sources": "mappings"},
}
_ROLE: Shapes = {"rules": "mappings"}
_RULE: Shapes = dict.fromkeys(("apiGroups", "resources", "verbs"), "texts")
_DATA: Shapes = dict.fromkeys(("data", "stringData", "binaryData"), "mapping")
_PATHS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Where the pod of a built-in kind is; in the others it is `spec.template.spec`."""
_WORKLOADS = frozenset({"apps", "batch", "extensions"})
_KNOWN = _WORKLOADS | {
    "", "argoproj.io", "tekton.dev", "serving.knative.dev", "run.googleapis.com", "keda.sh",
    "apps.openshift.io",
}  # fmt: skip
"""Groups whose containers are those of a pod, field by field."""


def tell_object(workload: Workload) -> None:
    """Say what of an object the API server would refuse for its shape."""
    root, one, report = workload.resource.root, workload.resource.identity, workload.report
    tell(root, _OBJECT, "", report)
    tell(find(root, "metadata"), _METADATA, "metadata.", report)
    if one.group in _WORKLOADS or (not one.group and one.kind in {"Pod", "PodTemplate"}):
        _tell_pod(workload, _PATHS.get(one.kind, ("spec", "template", "spec")))
    elif one.group == "rbac.authorization.k8s.io" and one.kind in {"Role", "ClusterRole"}:
        tell(root, _ROLE, "", report)
        for index, rule in enumerate(mappings(root, "rules")):
            tell(rule, _RULE, f"rules[{index}].", report)
    elif not one.group and one.kind in {"ConfigMap", "Secret"}:
        tell(root, _DATA, "", report)
        for key in _DATA:
            values = mapping(root, key)
            tell(values, dict.fromkeys(values.entries, "text") if values else {}, f"{key}.", report)


def _tell_pod(workload: Workload, path: tuple[str, ...]) -> None:
    node = workload.resource.root
    for index, key in enumerate(path):
        tell(node, {key: "mapping"}, "".join(f"{step}." for step in path[:index]), workload.report)
        inner = mapping(node, key)
        if inner is None:
            return
        node = inner
    tell(node, _POD, "".join(f"{step}." for step in path), workload.report)


def tell_containers(pod: Pod, workload: Workload) -> None:
    """Say what of the containers and volumes of a pod the API server would refuse for its shape."""
    if workload.resource.identity.group not in _KNOWN:
        return
    report = workload.report
    for found in pod.containers:
        node, path = found.node, f"{text(found.node, 'name') or found.role}."
        tell(node, _CONTAINER, path, report)
        for one in items(node, "volumeMounts"):
            tell(one, _MOUNT, f"{path}volumeMounts.", report)
        for one in items(node, "env"):
            tell(one, _ENTRY, f"{path}env.", report)
    for volume in pod.volumes:
        path = f"volumes.{text(volume, 'name')}."
        tell(volume, _VOLUME, path, report)
        for key, shapes in _SOURCES.items():
            tell(volume.get(key), shapes, f"{path}{key}.", report)
