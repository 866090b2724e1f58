"""Something mounted into a container, as a fact."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.containers.sockets import runtime_socket
from immutable_delivery.containers.spec import MountSpec
from immutable_delivery.facts import Mount, Scope, Workload
from immutable_delivery.source.text import Place

_TEXTS = frozenset({"config", "secret", "projected"})
"""Mounts that bring texts, not the files of a machine or a volume."""


def mount(
    spec: MountSpec, scope: Scope, *, workload: Workload = "", started: Iterable[str] = ()
) -> Mount:
    """Return something mounted; ``started`` are the paths that the container starts."""
    source, target, host = spec.source, spec.target, spec.kind == "host"
    path = source.text if host and source else None
    socket = runtime_socket(path, read_only=spec.read_only.value)
    places = _mount_places(spec, socket=bool(socket))
    written = spec.file or source
    at = places["source"]
    return Mount(
        used_at=spec.used_at or spec.extent,
        extent=spec.extent,
        scope=scope,
        places=places,
        related=(at,) if host and not _within(at, spec.extent) else (),
        mount_type=spec.kind,
        source=source.value if source else "",
        written_source=written.text if written else "",
        target=target.value if target else "",
        read_only=spec.read_only.value,
        host=host if spec.kind else None,
        host_path=spec.host_path,
        sample=spec.sample.value or "" if spec.sample else "",
        runtime_socket=socket,
        source_immutable=spec.immutable,
        script=_started(spec, started),
        workload=workload,
    )


def _mount_places(spec: MountSpec, *, socket: bool) -> dict[str, Place]:
    source = spec.file or spec.source
    places = {"source": spec.source_at or spec.used_at or spec.extent}
    if spec.source_at is None and source is not None and source.text:
        places["source"] = source.place() if len(source.segments) == 1 else source.used_at
    if spec.target is not None:
        places["target"] = spec.target.used_at
    if socket:
        places["runtime_socket"] = places["source"]
    if spec.read_only.place is not None:
        places["read_only"] = spec.read_only.place
    return places


def _within(place: Place, extent: Place) -> bool:
    inside = extent.span.start <= place.span.start and place.span.end <= extent.span.end
    return place.file == extent.file and inside


def _started(spec: MountSpec, started: Iterable[str]) -> str:
    """Return the program of a mounted text that the container starts."""
    target = (spec.target.value if spec.target else "") or ""
    if spec.kind not in _TEXTS or not target:
        return ""
    below = f"{target.rstrip('/')}/"
    return next((path for path in started if path == target or path.startswith(below)), "")
