"""Objects of Kubernetes, declared by the blocks of its provider or as manifests: handed on as what `kubectl` would be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.facts import Fact
from immutable_delivery.formats.kubernetes import objects
from immutable_delivery.formats.kubernetes.workload import Neighbours, Workload
from immutable_delivery.formats.kustomize.resource import objects_in
from immutable_delivery.formats.terraform.declarations import Block
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.syntax.hcl.blocks import blocks
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import with_entry, written

_APPS, _BATCH, _RBAC = "apps/v1", "batch/v1", "rbac.authorization.k8s.io/v1"
_KINDS = {
    "deployment": (_APPS, "Deployment"), "stateful_set": (_APPS, "StatefulSet"), "daemon_set": (_APPS, "DaemonSet"),
    "daemonset": (_APPS, "DaemonSet"), "replication_controller": ("v1", "ReplicationController"), "pod": ("v1", "Pod"),
    "job": (_BATCH, "Job"), "cron_job": (_BATCH, "CronJob"), "config_map": ("v1", "ConfigMap"), "secret": ("v1", "Secret"),
    "role": (_RBAC, "Role"), "cluster_role": (_RBAC, "ClusterRole"), "role_binding": (_RBAC, "RoleBinding"),
    "cluster_role_binding": (_RBAC, "ClusterRoleBinding"),
}  # fmt: skip
_WRITTEN: Mapping[str, str] = {
    "kubernetes_manifest": "manifest", "kubectl_manifest": "yaml_body", "kubernetes_manifest_v1": "manifest",
}  # fmt: skip
"""Resources that hold a manifest, and under which name."""
KINDS = {
    *_WRITTEN,
    *(f"kubernetes_{name}{version}" for name in _KINDS for version in ("", "_v1", "_v1beta1")),
}
_LISTS = {
    "container": "containers", "init_container": "initContainers", "volume": "volumes", "volume_mount": "volumeMounts", "env": "env",
    "env_from": "envFrom", "port": "ports", "toleration": "tolerations", "volume_claim_template": "volumeClaimTemplates", "rule": "rules",
    "subject": "subjects", "image_pull_secrets": "imagePullSecrets", "host_aliases": "hostAliases", "sources": "sources", "items": "items",
}  # fmt: skip
"""Blocks that a manifest writes as a list."""
_FREE = frozenset(
    (
        "labels",
        "annotations",
        "match_labels",
        "data",
        "binary_data",
        "string_data",
        "node_selector",
        "limits",
        "requests",
    )
)
"""Mappings whose keys people choose."""
_SNAKE = lazy(r"_([a-z])")
_VERSION = lazy(r"_v\d\w*\Z")


def manifest(block: Block) -> Iterator[Fact]:
    """Yield what an object says."""
    for root in _roots(block):
        for resource in objects_in(root, block.scope.manifest):
            neighbours = Neighbours([resource])
            yield from objects.facts(Workload(resource, neighbours, block.ctx))


def _roots(block: Block) -> Iterator[Node]:
    if block.type in _WRITTEN:
        held = block.node.get(_WRITTEN[block.type])
        if isinstance(held, Scalar):
            yield from (one.root for one in inner_documents(held.written) if one.root is not None)
        elif held is not None:
            yield held
        return
    version, kind = _KINDS[_VERSION.sub("", block.type.removeprefix("kubernetes_"))]
    root = _object(block.node)
    for key, value in (("kind", kind), ("apiVersion", version)):
        root = with_entry(root, key, written(value, block.name.place))
    yield _named(root, block)


def _named(root: Tree, block: Block) -> Tree:
    """Return an object with the name that Terraform calls it by, where its own is not known."""
    metadata = root.get("metadata")
    base = metadata if isinstance(metadata, Tree) else Tree(place=block.node.place)
    name = base.get("name")
    if isinstance(name, Scalar) and name.written.known:
        return root
    return with_entry(root, "metadata", with_entry(base, "name", block.name))


def _object(node: Tree) -> Tree:
    """Return a block with the names and lists of a manifest."""
    entries = {}
    for name, (key, value) in node.entries.items():
        if name in _LISTS:
            held: list[Node] = [_object(one) for one in blocks(value)]
            entries[_LISTS[name]] = (key, Sequence(held, place=value.place) if held else value)
        else:
            entries[_SNAKE.sub(lambda found: found[1].upper(), name)] = (key, _value(name, value))
    return replace(node, entries=entries)


def _value(name: str, value: Node) -> Node:
    if name in _FREE:
        return value
    if isinstance(value, Tree):
        return _object(value)
    if isinstance(value, Sequence):
        return replace(value, items=[_value("", one) for one in value.items])
    return value
