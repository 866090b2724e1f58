"""What is mounted into a container: volumes of the pod joined with the mounts of the container."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

from immutable_delivery.facts import Fetch, Image, Mount, Scope
from immutable_delivery.formats.commands.urls import of_ref
from immutable_delivery.formats.images import image_fact
from immutable_delivery.formats.kubernetes.pods import Pod
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.lookup import find, is_true, mapping, mappings, pairs, scalar, text
from immutable_delivery.formats.secrets import has_credentials
from immutable_delivery.formats.sockets import runtime_socket
from immutable_delivery.formats.yamltree import Mapping, Scalar
from immutable_delivery.text import Place
from immutable_delivery.written import Written

_TYPES = {
    "hostPath": "host",
    "configMap": "config",
    "secret": "secret",
    "emptyDir": "empty",
    "image": "image",
    "gitRepo": "git",
    "projected": "projected",
    "downwardAPI": "projected",
    "persistentVolumeClaim": "volume",
}
_NAMES = {
    "hostPath": ("path",),
    "configMap": ("name",),
    "secret": ("secretName",),
    "image": ("reference",),
    "gitRepo": ("repository",),
    "persistentVolumeClaim": ("claimName",),
}


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume of a pod."""

    node: Mapping
    kind: str
    """The key that says what it is: hostPath, configMap, csi …; "" for a claim."""

    @property
    def source(self) -> Scalar | None:
        """What it takes: a path, the name of an object, a reference."""
        return scalar(self.node, self.kind, *_NAMES.get(self.kind, ("name",)))


def volumes(pod: Pod) -> dict[str, Volume]:
    """Return the volumes of a pod by name."""
    return {text(node, "name"): Volume(node, _kind(node)) for node in pod.volumes}


def mounts(
    container: Mapping, held: AnyMapping[str, Volume], pod: Pod, workload: Workload, scope: Scope
) -> Iterator[Mount]:
    """Yield what is mounted into a container."""
    for node in mappings(container, "volumeMounts"):
        target = scalar(node, "mountPath")
        if target is not None:
            yield _mount(node, target, held.get(text(node, "name")), pod, workload, scope)


def volume_images(held: AnyMapping[str, Volume], scope: Scope) -> Iterator[Image]:
    """Yield the images that are mounted as volumes."""
    for one in held.values():
        reference = scalar(one.node, "image", "reference")
        if reference is not None:
            policy = text(one.node, "image", "pullPolicy").lower()
            yield image_fact(
                reference.written,
                role="volume",
                scope=scope,
                extent=one.node.place,
                pull_policy=policy,
            )


def checkouts(held: AnyMapping[str, Volume], scope: Scope) -> Iterator[Fetch]:
    """Yield the repositories that volumes check out when the pod starts."""
    for one in held.values():
        url, revision = (
            scalar(one.node, "gitRepo", "repository"),
            scalar(one.node, "gitRepo", "revision"),
        )
        if url is not None:
            known = url.written.value
            yield Fetch(
                used_at=url.place,
                extent=one.node.place,
                places={"url": url.place, "revision": (revision or url).place},
                scope=scope,
                tool="gitRepo",
                url=known,
                source_type="git",
                revision=text(revision),
                pin=of_ref(text(revision)),
                credentials=has_credentials(url.text),
            )


def scripts(
    container: Mapping, held: AnyMapping[str, Volume], workload: Workload
) -> dict[str, tuple[Scalar, Mapping]]:
    """Return the texts that ConfigMaps and Secrets bring into a container, by their path in it."""
    found: dict[str, tuple[Scalar, Mapping]] = {}
    for node in mappings(container, "volumeMounts"):
        one, target = held.get(text(node, "name")), text(node, "mountPath").rstrip("/")
        for kind, name, paths in _sources(one) if one and target else ():
            data = workload.neighbours.data(kind, name, workload.resource)
            for key, value in pairs(data):
                inside = paths.get(key.text, key.text if not paths else "")
                path = _path(target, inside, text(node, "subPath"))
                if inside and path and isinstance(value, Scalar):
                    found[path] = (value, node)
    return found


def _path(target: str, inside: str, part: str) -> str:
    """Return where a file of a volume appears; "" where the mount shows another part of the volume."""
    if not part:
        return f"{target}/{inside}"
    return target if part == inside else ""


def _sources(one: Volume) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield kind and name of the objects behind a volume, and the paths of those keys that it picks."""
    inner = mappings(one.node, "projected", "sources") if one.kind == "projected" else [one.node]
    for node in inner:
        for kind, key, name in (
            ("ConfigMap", "configMap", "name"),
            ("Secret", "secret", "secretName"),
        ):
            source = mapping(node, key)
            if source is not None:
                paths = {
                    text(item, "key"): text(item, "path") for item in mappings(source, "items")
                }
                yield kind, text(source, name) or text(source, "name"), paths


def _kind(node: Mapping) -> str:
    return next(
        (
            key
            for key, value in node.items()
            if key != "name" and isinstance(value, (Mapping, Scalar))
        ),
        "",
    )


def _mount(
    node: Mapping, target: Scalar, one: Volume | None, pod: Pod, workload: Workload, scope: Scope
) -> Mount:
    kind = one.kind if one else ""
    source = one.source if one else None
    path = _with_part(source, scalar(node, "subPath")) if kind == "hostPath" else source
    read_only = kind in {"configMap", "secret", "projected", "downwardAPI", "image"} or is_true(
        node, "readOnly"
    )
    places = {"target": target.place, "read_only": _place(find(node, "readOnly"), node)}
    known = path.written.value if path is not None else text(node, "name")
    return Mount(
        used_at=target.place,
        extent=node.place,
        places=places | ({"source": path.place} if path is not None else {}),
        related=(path.place,) if path is not None and kind == "hostPath" else (),
        scope=scope,
        mount_type=_TYPES.get(kind, "volume"),
        source=known,
        target=target.written.value,
        read_only=read_only,
        host=kind == "hostPath",
        runtime_socket=runtime_socket(known, read_only=read_only) if kind == "hostPath" else "",
        source_immutable=_immutable(one, pod, workload),
        workload=workload.kind,
    )


def _with_part(path: Scalar | None, part: Scalar | None) -> Scalar | None:
    if path is None or part is None or not part.text.strip("/"):
        return path
    slash = Written.literal("/" if not path.text.endswith("/") else "", part.place)
    return Scalar(
        Written.joined((path.written, slash, part.written), path.place), path.place, plain=False
    )


def _place(node: object, default: Mapping) -> Place:
    return node.place if isinstance(node, Scalar) else default.place


def _immutable(one: Volume | None, pod: Pod, workload: Workload) -> bool | None:
    """Whether what is mounted cannot change without a rollout; None where that is not known."""
    if one is None:
        return False
    if one.kind == "image":
        return "@sha256:" in text(one.node, "image", "reference")
    if any(key.text.startswith(("checksum/", "checksum-")) for key, _ in pairs(pod.annotations)):
        return one.kind in {"configMap", "secret", "projected"}
    found = [
        workload.neighbours.immutable(kind, name, workload.resource)
        for kind, name, _ in _sources(one)
    ]
    if not found or False in found:
        return False
    return None if None in found else True
