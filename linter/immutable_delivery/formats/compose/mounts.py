"""What is mounted into a service: volumes, host paths, memory, configs and secrets."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.mountoptions import mount_type
from immutable_delivery.containers.spec import Flag, MountSpec
from immutable_delivery.containers.volumes import Volume, VolumeError
from immutable_delivery.facts import MountType
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.volumes import volume_of
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import mapping, scalar, text

_FILES: tuple[tuple[str, str, MountType], ...] = (
    ("configs", "", "config"),
    ("secrets", "/run/secrets", "secret"),
)
"""Sections whose entries a service mounts, where their files go, and what they are."""


def mounts(service: Service) -> Iterator[MountSpec]:
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
            yield _tmpfs(node)
    for section, folder, kind in _FILES:
        for node in _items(service.node.get(section)):
            yield from _file(service, node, section, folder, kind)


def _items(node: Node | None) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    return [node] if isinstance(node, Scalar) and not node.null else []


def _mount(service: Service, node: Node, volume: Volume) -> MountSpec:
    kind, source, base = mount_type(volume.kind), volume.source, node.place
    if kind == "volume" and source and (device := _device(service, source)):
        kind, source, base = "host", device.written, device.place
    bound = source is not None and kind == "host"
    sample = service.sampled(source) if source is not None and source.unresolved else None
    kind = "host" if sample and sample.text.startswith((".", "/", "~")) else kind
    named = source if sample is None else sample
    return MountSpec(
        kind,
        _source(source),
        volume.path,
        _extent(node),
        Flag(volume.read_only, volume.read_only_at),
        used_at=node.place,
        host_path=service.path(Scalar(named, base, plain=False)) if named and bound else None,
        sample=sample,
        immutable=kind == "image" and source is not None and "@sha256:" in source.text,
    )


def _source(source: LocatedText | None) -> LocatedText | None:
    """Return the source; the folder of the project is known, whatever it is called on a machine."""
    if source is None or source.unresolved != ("PWD",):
        return source
    rest = source.text.replace("${PWD}", "").replace("$PWD", "")
    return source if "$" in rest else replace(source, unresolved=())


def _device(service: Service, source: LocatedText) -> Scalar | None:
    """Return the host path that a named volume is bound to."""
    volume = service.model.section("volumes").get(source.text)
    options = mapping(volume, "driver_opts")
    bound = "bind" in text(options, "o").split(",") or text(options, "type") == "bind"
    return scalar(options, "device") if bound else None


def _tmpfs(node: Scalar) -> MountSpec:
    target = node.written.slice(0, len(node.text.partition(":")[0]))
    return MountSpec("tmpfs", None, target, node.place, Flag(value=False))


def _file(
    service: Service, node: Node, section: str, folder: str, kind: MountType
) -> Iterator[MountSpec]:
    """Yield a config or secret: a file of the project, or something that the engine keeps."""
    name = node if isinstance(node, Scalar) else scalar(node, "source")
    if name is None:
        return
    file = scalar(service.model.section(section), name.text, "file")
    yield MountSpec(
        kind,
        name.written,
        _inside(scalar(node, "target") or name, folder),
        _extent(node),
        Flag(value=True),
        used_at=node.place,
        file=file.written if file else None,
        host_path=service.path(file) if file else None,
    )


def _inside(named: Scalar, folder: str) -> LocatedText:
    """Return where a file goes: below a folder where its path does not start at the root."""
    text = named.text if named.text.startswith("/") else f"{folder}/{named.text}"
    return replace(named.written, text=text)


def contents(service: Service) -> dict[str, Scalar]:
    """Return the texts that the project itself writes into a service, by their path in it."""
    found: dict[str, Scalar] = {}
    for node in _items(service.node.get("configs")):
        name = node if isinstance(node, Scalar) else scalar(node, "source")
        content = scalar(service.model.section("configs"), name.text, "content") if name else None
        if name is not None and content is not None:
            found[_inside(scalar(node, "target") or name, "").text] = content
    return found


def _extent(node: Node) -> Place:
    return node.place.at(node.place.span.start, max(node.end, node.place.span.end))
