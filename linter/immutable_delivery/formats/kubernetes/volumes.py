"""The volumes of a pod: what each takes, and the images, repositories and texts that they bring."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.containers import lower
from immutable_delivery.containers.secrets import has_credentials
from immutable_delivery.containers.spec import ImageSpec, Setting
from immutable_delivery.facts import Fetch, Image, MountType, Role, Scope
from immutable_delivery.formats.kubernetes.pods import Pod
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.kustomize.images import Unpinned
from immutable_delivery.records import Record
from immutable_delivery.references.urls import of_ref
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import with_defaults
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import mapping, mappings, pairs, scalar, text

_TYPES: dict[str, MountType] = {
    "hostPath": "host",
    "configMap": "config",
    "secret": "secret",
    "emptyDir": "empty",
    "image": "image",
    "gitRepo": "git",
    "projected": "projected",
    "downwardAPI": "projected",
}
_NAMES = {
    "hostPath": "path",
    "secret": "secretName",
    "image": "reference",
    "gitRepo": "repository",
    "persistentVolumeClaim": "claimName",
}
_OBJECTS = (("ConfigMap", "configMap"), ("Secret", "secret"))


class Volume(Record, frozen=True):
    """One volume of a pod."""

    node: Mapping
    kind: str
    """The key that says what it is: hostPath, configMap, csi …; "" for a claim or where nothing says it."""

    @property
    def mount_type(self) -> MountType:
        """What a mount of it is called in facts."""
        return _TYPES.get(self.kind, "volume")

    @property
    def source(self) -> Scalar | None:
        """What it takes: a path, the name of an object, a reference."""
        return scalar(self.node, self.kind, _NAMES.get(self.kind, "name"))

    def objects(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Yield kind and name of the objects behind it, and the paths of those keys that it picks."""
        projected = mappings(self.node, "projected", "sources")
        for node in projected if self.kind == "projected" else [self.node]:
            for kind, key in _OBJECTS:
                source = mapping(node, key)
                if source is not None:
                    paths = {
                        text(one, "key"): text(one, "path") for one in mappings(source, "items")
                    }
                    yield kind, text(source, "secretName") or text(source, "name"), paths


def volumes(pod: Pod) -> dict[str, Volume]:
    """Return the volumes of a pod by name."""
    return {text(node, "name"): Volume(node, _kind(node)) for node in pod.volumes}


def images(held: AnyMapping[str, Volume], scope: Scope) -> Iterator[Image]:
    """Yield the images that are mounted as volumes."""
    for one in held.values():
        reference = scalar(one.node, "image", "reference")
        policy = scalar(one.node, "image", "pullPolicy")
        if reference is not None:
            yield lower.image(reference_of(reference, "volume", one.node.place, policy), scope)


def reference_of(
    node: Scalar, role: Role, extent: Place, policy: Scalar | None = None
) -> ImageSpec:
    """Return a reference, with the digest that an overlay took from it."""
    return ImageSpec(
        with_defaults(node.written),
        extent if extent.file == node.used_at.file else node.used_at,
        node.used_at,
        role,
        pull_policy=Setting(policy.text.lower(), policy.place) if policy else None,
        unpinned_from=node.digest if isinstance(node, Unpinned) else "",
    )


def checkouts(held: AnyMapping[str, Volume], scope: Scope) -> Iterator[Fetch]:
    """Yield the repositories that volumes check out when the pod starts."""
    for one in held.values():
        url = scalar(one.node, "gitRepo", "repository")
        if url is not None:
            yield _checkout(
                "gitRepo", url, scalar(one.node, "gitRepo", "revision"), one.node, scope
            )


def artifacts(template: Mapping, scope: Scope) -> Iterator[Fetch]:
    """Yield the repositories that a template of a workflow is given."""
    for node in mappings(template, "inputs", "artifacts"):
        url = scalar(node, "git", "repo")
        if url is not None:
            yield _checkout("git artifact", url, scalar(node, "git", "revision"), node, scope)


def _checkout(
    tool: str, url: Scalar, revision: Scalar | None, extent: Mapping, scope: Scope
) -> Fetch:
    return Fetch(
        used_at=url.place,
        extent=extent.place,
        places={"url": url.place, "revision": (revision or url).place},
        scope=scope,
        tool=tool,
        url=url.written.value,
        source_type="git",
        revision=text(revision),
        pin=of_ref(text(revision)),
        credentials=has_credentials(url.text),
    )


def scripts(
    container: Mapping, held: AnyMapping[str, Volume], workload: Workload
) -> dict[str, Scalar]:
    """Return the texts that ConfigMaps and Secrets bring into a container, by their path in it."""
    found: dict[str, Scalar] = {}
    for node in mappings(container, "volumeMounts"):
        one, target = held.get(text(node, "name")), text(node, "mountPath").rstrip("/")
        for kind, name, paths in one.objects() if one and target else ():
            for key, value in pairs(workload.neighbours.data(kind, name, workload.resource)):
                inside = paths.get(key.text, "" if paths else key.text)
                path = _path(target, inside, text(node, "subPath"))
                if inside and path and isinstance(value, Scalar):
                    found[path] = value
    return found


def _path(target: str, inside: str, part: str) -> str:
    """Return where a file of a volume appears; "" where the mount shows another part of the volume."""
    if not part:
        return f"{target}/{inside}"
    return target if part == inside else ""


def _kind(node: Mapping) -> str:
    return next(
        (key for key, value in node.items() if key != "name" and isinstance(value, Mapping)), ""
    )
