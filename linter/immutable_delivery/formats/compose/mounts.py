"""What is mounted into a service: volumes, host paths, memory, configs and secrets."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.sockets import runtime_socket
from immutable_delivery.facts import Mount, MountType
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.volumes import Volume, VolumeError, volume_of
from immutable_delivery.formats.lookup import mapping, scalar, text
from immutable_delivery.formats.mountoptions import mount_type
from immutable_delivery.formats.yamltree import Node, Scalar, Sequence
from immutable_delivery.text import Place
from immutable_delivery.written import Written

_FILES: tuple[tuple[str, str, MountType], ...] = (
    ("configs", "", "config"),
    ("secrets", "/run/secrets", "secret"),
)
"""Sections whose entries a service mounts, where their files go, and what they are."""


def mounts(service: Service) -> Iterator[Mount]:
    """Yield the mounts of a service."""
    for node in _items(service.node.get("volumes")):
        try:
            volume = volume_of(node)
        except VolumeError as error:
            service.reader.trouble(node.place, f"a volume of '{service.name}' {error}")
            continue
        yield _mount(service, node, volume)
    for node in _items(service.node.get("tmpfs")):
        if isinstance(node, Scalar):
            yield _tmpfs(service, node)
    for section, folder, kind in _FILES:
        for node in _items(service.node.get(section)):
            yield from _file(service, node, section, folder, kind)


def _items(node: Node | None) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    return [node] if isinstance(node, Scalar) and not node.null else []


def _mount(service: Service, node: Node, volume: Volume) -> Mount:
    kind, source, read_only = volume.kind, volume.source, volume.read_only
    place = base = node.place
    if kind == "volume" and source and (device := _device(service, source)):
        kind, source, base = "bind", device.written, device.place
    host = None if not kind else kind in {"bind", "npipe"}
    inside = service.path(Scalar(source, base, plain=False)) if host and source else None
    path = source.text if host and source else None
    socket = runtime_socket(path, read_only=read_only)
    return Mount(
        used_at=place,
        extent=_extent(node),
        scope=service.scope,
        places=_places(volume, source, place, socket=bool(socket)),
        mount_type=mount_type(kind),
        source=_source(source),
        written_source=source.text if source else "",
        target=volume.path,
        read_only=read_only,
        host=host,
        host_path=inside,
        runtime_socket=socket,
        source_immutable=kind == "image"
        and bool(source)
        and "@sha256:" in (source.text if source else ""),
        workload="service",
    )


def _source(source: Written | None) -> str | None:
    """Return the source; the folder of the project is known, whatever it is called on a machine."""
    if source is None:
        return ""
    rest = source.text.replace("${PWD}", "").replace("$PWD", "")
    return source.text if source.known or (source.missing == ("PWD",) and "$" not in rest) else None


def _device(service: Service, source: Written) -> Scalar | None:
    """Return the host path that a named volume is bound to."""
    volume = service.model.section("volumes").get(source.text)
    options = mapping(volume, "driver_opts")
    bound = "bind" in text(options, "o").split(",") or text(options, "type") == "bind"
    return scalar(options, "device") if bound else None


def _tmpfs(service: Service, node: Scalar) -> Mount:
    target = node.text.partition(":")[0]
    return Mount(
        used_at=node.place,
        extent=node.place,
        scope=service.scope,
        places={"target": node.place},
        mount_type="tmpfs",
        target=target if node.written.known else None,
        workload="service",
    )


def _file(
    service: Service, node: Node, section: str, folder: str, kind: MountType
) -> Iterator[Mount]:
    """Yield a config or secret: a file of the project, or something that the engine keeps."""
    name = node if isinstance(node, Scalar) else scalar(node, "source")
    if name is None:
        return
    file = scalar(service.model.section(section), name.text, "file")
    named = scalar(node, "target") or name
    target = _inside(named, folder)
    yield Mount(
        used_at=node.place,
        extent=_extent(node),
        scope=service.scope,
        places={"source": file.place if file else name.place, "target": named.place},
        mount_type=kind,
        source=name.written.value,
        written_source=(file or name).text,
        target=target if named.written.known else None,
        read_only=True,
        host_path=service.path(file) if file else None,
        workload="service",
    )


def _inside(named: Scalar, folder: str) -> str:
    return named.text if named.text.startswith("/") else f"{folder}/{named.text}"


def contents(service: Service) -> dict[str, Scalar]:
    """Return the texts that the project itself writes into a service, by their path in it."""
    found: dict[str, Scalar] = {}
    for node in _items(service.node.get("configs")):
        name = node if isinstance(node, Scalar) else scalar(node, "source")
        content = scalar(service.model.section("configs"), name.text, "content") if name else None
        if name is not None and content is not None:
            found[_inside(scalar(node, "target") or name, "")] = content
    return found


def _extent(node: Node) -> Place:
    return node.place.at(node.place.span.start, max(node.end, node.place.span.end))


def _places(
    volume: Volume, source: Written | None, place: Place, *, socket: bool
) -> dict[str, Place]:
    at = source.whole if source and source.text else place
    places = {"target": volume.target.whole, "source": at}
    if socket:
        places["runtime_socket"] = at
    if volume.read_only_at:
        places["read_only"] = volume.read_only_at
    return places
