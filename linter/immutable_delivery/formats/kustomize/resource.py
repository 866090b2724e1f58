"""Kubernetes objects: what identifies one, and how documents and lists are cut into them."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.kustomize.templates import processed
from immutable_delivery.records import Record, replace
from immutable_delivery.syntax.yaml import Mapping, Node
from immutable_delivery.syntax.yaml.query import mappings, text, with_entry, written

CLUSTER_SCOPED = frozenset(
    "APIService CSIDriver CSINode ClusterRole ClusterRoleBinding CustomResourceDefinition FlowSchema "
    "IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume PodSecurityPolicy "
    "PriorityClass PriorityLevelConfiguration RuntimeClass StorageClass ValidatingAdmissionPolicy "
    "ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment".split()
)


class Identity(Record, frozen=True):
    """What tells one object from another."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str

    @classmethod
    def of(cls, root: Mapping) -> Identity:
        """Return the identity of an object as it stands now."""
        group, _, version = text(root, "apiVersion").rpartition("/")
        kind = text(root, "kind")
        namespace = text(root, "metadata", "namespace") or "default"
        namespace = "" if kind in CLUSTER_SCOPED else namespace
        return cls(group, version, kind, text(root, "metadata", "name"), namespace)


class Resource(Record, eq=False):
    """One object: its tree now, and what it was called before.

    The tree is never changed in place, so overlays share what they leave alone.
    """

    root: Mapping
    path: str
    """The file that declares it."""
    previous: tuple[Identity, ...] = ()
    """The identities that it had, oldest first."""
    affixes: tuple[str, ...] = ()
    """The prefixes and suffixes that it was given: siblings have the same."""
    hashed: bool = False
    """Whether its name ends in a hash of its content."""
    behavior: str = ""
    """What a generated one does with an older of its name: create, merge or replace."""

    _known: tuple[Mapping, Identity] | None = None
    """The identity of a tree, worked out once."""

    @property
    def identity(self) -> Identity:
        """Return what identifies it now."""
        if self._known is None or self._known[0] is not self.root:
            self._known = self.root, Identity.of(self.root)
        return self._known[1]

    @property
    def original(self) -> Identity:
        """Return what identified it in its own file."""
        return self.previous[0] if self.previous else self.identity

    @property
    def identities(self) -> tuple[Identity, ...]:
        """Return every identity that it has or had."""
        return (*self.previous, self.identity)

    def copy(self) -> Resource:
        """Return another that may be transformed by itself."""
        return replace(self)

    def remember(self) -> None:
        """Keep the present identity as a former one."""
        if self.identity not in self.previous:
            self.previous = (*self.previous, self.identity)


def objects_in(root: Node | None, path: str) -> Iterator[Resource]:
    """Yield the objects of a document: itself, or the items of a list, however deep lists nest."""
    waiting: list[Node | None] = [root]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Mapping) or not text(node, "kind") or not text(node, "apiVersion"):
            continue
        inner = _listed(node)
        if inner is None:
            yield Resource(node, path)
        else:
            waiting += reversed(inner)


def _listed(node: Mapping) -> list[Mapping] | None:
    """Return the items of a list, complete with what the list says of all of them; else None."""
    kind, version = text(node, "kind"), text(node, "apiVersion")
    if version.startswith("template.openshift.io/") or (kind == "Template" and node.get("objects")):
        return processed(node)
    if not kind.endswith("List") or node.get("items") is None:
        return None
    if kind == "List":
        return mappings(node, "items")
    return [_typed(item, node, kind.removesuffix("List")) for item in mappings(node, "items")]


def _typed(item: Mapping, holder: Mapping, kind: str) -> Mapping:
    """Return an item of a `PodList` with the kind and version that it may leave out."""
    for key, value in (("kind", kind), ("apiVersion", text(holder, "apiVersion"))):
        if not text(item, key):
            item = with_entry(item, key, written(value, item.place))
    return item
