"""What is mounted into a container: volumes of the pod joined with the mounts of the container."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.containers.mounts import mount
from immutable_delivery.containers.spec import Flag, MountSpec
from immutable_delivery.facts import Mount, Scope
from immutable_delivery.formats.kubernetes.pods import Pod
from immutable_delivery.formats.kubernetes.volumes import Volume
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import is_true, mappings, pairs, scalar, text

_READ_ONLY = frozenset({"config", "secret", "projected", "image"})
_TEXTS = frozenset({"config", "secret", "projected"})


class Mounts(Record, frozen=True):
    """The mounts of one pod."""

    pod: Pod
    volumes: AnyMapping[str, Volume]
    workload: Workload

    def of(self, container: Mapping) -> Iterator[MountSpec]:
        """Yield what is mounted into a container."""
        for node in mappings(container, "volumeMounts"):
            target = scalar(node, "mountPath")
            if target is not None:
                yield self._mounted(node, target, self.volumes.get(text(node, "name")))

    def unused(self, scope: Scope) -> Iterator[Mount]:
        """Yield the host paths that the pod asks for and no container mounts."""
        nodes = [container.node for container in self.pod.containers]
        used = {
            text(mapping, "name") for node in nodes for mapping in mappings(node, "volumeMounts")
        }
        for name, one in self.volumes.items():
            if one.kind == "hostPath" and one.source is not None and name not in used:
                place = one.source.place
                spec = MountSpec(
                    "host",
                    one.source.written,
                    None,
                    one.node.place,
                    Flag(value=False),
                    place,
                    place,
                )
                yield mount(spec, scope, workload=self.workload.type)

    def _mounted(self, node: Mapping, target: Scalar, volume: Volume | None) -> MountSpec:
        kind = volume.mount_type if volume else "volume"
        source = volume.source if volume else None
        if kind == "host":
            source = _with_part(source, scalar(node, "subPath"))
        named = source or scalar(node, "name")
        read_only = is_true(node, "readOnly") or kind in _READ_ONLY
        return MountSpec(
            kind,
            named.written if named else None,
            target.written,
            node.place,
            Flag(read_only, (scalar(node, "readOnly") or target).place),
            target.place,
            named.place if named else None,
            immutable=self._immutable(volume),
        )

    def _immutable(self, volume: Volume | None) -> bool | None:
        """Whether what is mounted cannot change without a rollout; None where that is not known."""
        if volume is None:
            return False
        if volume.kind == "image":
            return "@sha256:" in text(volume.node, "image", "reference")
        if volume.mount_type in _TEXTS and _checksummed(self.pod):
            return True
        near, of = self.workload.neighbours, self.workload.resource
        found = [near.immutable(kind, name, of) for kind, name, _ in volume.objects()]
        if not found or False in found:
            return False
        return None if None in found else True


def _checksummed(pod: Pod) -> bool:
    """Whether an annotation changes the pods whenever the configuration does."""
    return any(key.text.startswith(("checksum/", "checksum-")) for key, _ in pairs(pod.annotations))


def _with_part(path: Scalar | None, part: Scalar | None) -> Scalar | None:
    """Return a host path with the part of it that is mounted."""
    if path is None or part is None or not part.text.strip("/"):
        return path
    slash = LocatedText.literal("" if path.text.endswith("/") else "/", part.place)
    whole = LocatedText.joined((path.written, slash, part.written), path.place)
    return Scalar(whole, path.place, plain=False)
