"""What is mounted into a container: volumes of the pod joined with the mounts of the container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.containers.sockets import runtime_socket
from immutable_delivery.facts import Mount, Scope
from immutable_delivery.formats.kubernetes.pods import Pod
from immutable_delivery.formats.kubernetes.volumes import Volume
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.lookup import is_true, mappings, pairs, scalar, text
from immutable_delivery.formats.yamltree import Mapping, Scalar
from immutable_delivery.records import Record, replace
from immutable_delivery.written import Written

_READ_ONLY = frozenset({"config", "secret", "projected", "image"})
_TEXTS = frozenset({"config", "secret", "projected"})


class Mounts(Record, frozen=True):
    """The mounts of one pod."""

    pod: Pod
    volumes: AnyMapping[str, Volume]
    workload: Workload

    def of(self, container: Mapping, scope: Scope, started: Iterable[str]) -> Iterator[Mount]:
        """Yield what is mounted into a container; ``started`` are the scripts that it starts."""
        for node in mappings(container, "volumeMounts"):
            target = scalar(node, "mountPath")
            if target is not None:
                mount = self._mounted(node, target, self.volumes.get(text(node, "name")), scope)
                yield _starting(mount, started)

    def unused(self, scope: Scope) -> Iterator[Mount]:
        """Yield the host paths that the pod asks for and no container mounts."""
        nodes = [one.node for one in self.pod.containers]
        used = {text(one, "name") for node in nodes for one in mappings(node, "volumeMounts")}
        for name, one in self.volumes.items():
            if one.kind == "hostPath" and one.source is not None and name not in used:
                fact = self._fact(one, one.source, scope, read_only=False)
                place = one.source.place
                yield replace(fact, used_at=place, extent=one.node.place, places={"source": place})

    def _mounted(self, node: Mapping, target: Scalar, one: Volume | None, scope: Scope) -> Mount:
        switch = scalar(node, "readOnly")
        source = one.source if one else None
        if one is not None and one.kind == "hostPath":
            source = _with_part(source, scalar(node, "subPath"))
        read_only = is_true(node, "readOnly") or (one is not None and one.mount_type in _READ_ONLY)
        fact = self._fact(one, source, scope, read_only=read_only)
        places = {"target": target.place, "read_only": (switch or target).place}
        return replace(
            fact,
            used_at=target.place,
            extent=node.place,
            places=places | ({"source": source.place} if source else {}),
            related=(source.place,) if source and fact.host else (),
            source=fact.source if source else text(node, "name"),
            target=target.written.value,
        )

    def _fact(
        self, one: Volume | None, source: Scalar | None, scope: Scope, *, read_only: bool
    ) -> Mount:
        host = one is not None and one.kind == "hostPath"
        known = source.written.value if source else ""
        place = self.pod.spec.place
        return Mount(
            used_at=place,
            extent=place,
            scope=scope,
            mount_type=one.mount_type if one else "volume",
            source=known,
            written_source=source.text if source else "",
            read_only=read_only,
            host=host,
            runtime_socket=runtime_socket(known, read_only=read_only) if host else "",
            source_immutable=self._immutable(one),
            workload=self.workload.type,
        )

    def _immutable(self, one: Volume | None) -> bool | None:
        """Whether what is mounted cannot change without a rollout; None where that is not known."""
        if one is None:
            return False
        if one.kind == "image":
            return "@sha256:" in text(one.node, "image", "reference")
        if one.mount_type in _TEXTS and _checksummed(self.pod):
            return True
        near, of = self.workload.neighbours, self.workload.resource
        found = [near.immutable(kind, name, of) for kind, name, _ in one.objects()]
        if not found or False in found:
            return False
        return None if None in found else True


def _starting(mount: Mount, started: Iterable[str]) -> Mount:
    """Return a mount with the program in it that the container starts."""
    below = f"{(mount.target or '').rstrip('/')}/"
    found = next((path for path in started if path == mount.target or path.startswith(below)), "")
    return replace(mount, script=found) if found and mount.mount_type in _TEXTS else mount


def _checksummed(pod: Pod) -> bool:
    """Whether an annotation changes the pods whenever the configuration does."""
    return any(key.text.startswith(("checksum/", "checksum-")) for key, _ in pairs(pod.annotations))


def _with_part(path: Scalar | None, part: Scalar | None) -> Scalar | None:
    """Return a host path with the part of it that is mounted."""
    if path is None or part is None or not part.text.strip("/"):
        return path
    slash = Written.literal("" if path.text.endswith("/") else "/", part.place)
    whole = Written.joined((path.written, slash, part.written), path.place)
    return Scalar(whole, path.place, plain=False)
