"""What the common library of bjw-s mounts into containers: `persistence`, by controller and container."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.spec import Flag, MountSpec
from immutable_delivery.facts import MountType
from immutable_delivery.records import Record
from immutable_delivery.releases.shapes import is_off
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, pairs, scalar, text

_TYPES: dict[str, MountType] = {
    "hostPath": "host", "configMap": "config", "secret": "secret", "emptyDir": "empty", "projected": "projected", "image": "image",
}  # fmt: skip
_SOURCES = {
    "hostPath": ("hostPath",),
    "configMap": ("identifier", "name"),
    "secret": ("identifier", "name"),
    "image": ("image", "reference"),
}
_CLAIM = ("existingClaim", "name")
_READ_ONLY = frozenset({"config", "secret", "projected", "image"})


class Volume(Record, frozen=True):
    """One entry of `persistence`."""

    name: Scalar
    node: Mapping
    kind: MountType
    source: Scalar | None


class Persistence:
    """The volumes that values declare."""

    def __init__(self, values: Mapping) -> None:
        self._values = values
        self._volumes = [
            _volume(name, node)
            for name, node in pairs(values, "persistence")
            if isinstance(node, Mapping) and not is_off(node)
        ]

    def mounts(self, controller: str, container: str) -> Iterator[MountSpec]:
        """Yield what is mounted into a container."""
        for one in self._volumes:
            for place in _places(one, controller, container):
                yield _mount(one, place)

    def texts(self, controller: str, container: str) -> dict[str, Scalar]:
        """Return the texts that the values themselves bring into a container, by their path in it."""
        found: dict[str, Scalar] = {}
        for one in self._volumes:
            data = mapping(self._values, "configMaps", text(one.node, "identifier"), "data")
            for place in (
                _places(one, controller, container)
                if data is not None and one.kind == "config"
                else ()
            ):
                target, part = (
                    (text(place, "path") or f"/{one.name.text}").rstrip("/"),
                    text(place, "subPath"),
                )
                for key, value in pairs(data):
                    if isinstance(value, Scalar) and part in {"", key.text}:
                        found[target if part else f"{target}/{key.text}"] = value
        return found


def _volume(name: Scalar, node: Mapping) -> Volume:
    kind, own = text(node, "type"), mapping(node, "volumeSpec")
    if own is not None:  # `custom`: a volume as Kubernetes writes it
        kind = next((key for key in own.entries if key in _TYPES), "")
        path = (
            scalar(own, kind, "path") or scalar(own, kind, "name") or scalar(own, kind, "reference")
        )
        return Volume(name, node, _TYPES.get(kind, "volume"), path)
    keys = _SOURCES.get(kind, _CLAIM)
    source = next((found for key in keys if (found := scalar(node, key))), None)
    return Volume(name, node, _TYPES.get(kind, "volume"), source)


def _places(volume: Volume, controller: str, container: str) -> list[Node]:
    """Return where a volume appears in a container: everywhere under its own name where nothing says it."""
    everywhere, chosen = find(volume.node, "globalMounts"), find(volume.node, "advancedMounts")
    if everywhere is None and chosen is None:
        return [volume.node]
    own = mapping(volume.node, "advancedMounts", controller)
    return [*mappings(volume.node, "globalMounts"), *mappings(own, container)]


def _mount(volume: Volume, place: Node) -> MountSpec:
    path, switch = scalar(place, "path"), scalar(place, "readOnly")
    host = volume.kind == "host"
    target = path.written if path and place is not volume.node else None
    if target is None:
        target = volume.source.written if host and volume.source else _beneath_root(volume.name)
    source = volume.source.written if volume.source else volume.name.written
    part = scalar(place, "subPath")
    if host and part is not None and volume.source is not None:
        slash = LocatedText.literal("" if source.text.endswith("/") else "/", part.place)
        source = LocatedText.joined((source, slash, part.written), volume.source.place)
    read_only = (switch is not None and switch.text == "true") or volume.kind in _READ_ONLY
    return MountSpec(
        volume.kind,
        source,
        target,
        place.place,
        Flag(read_only, switch.place if switch else None),
        (path or volume.name).place,
        (volume.source or volume.name).place,
    )


def _beneath_root(name: Scalar) -> LocatedText:
    root = LocatedText.literal("/", name.place)
    return LocatedText.joined((root, name.written), name.place)
