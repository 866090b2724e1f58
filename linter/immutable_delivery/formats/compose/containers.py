"""What a service says of the containers that it runs."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.spec import ContainerSpec, Flag, MountSpec, Setting
from immutable_delivery.formats.compose.commands import command, others
from immutable_delivery.formats.compose.images import images
from immutable_delivery.formats.compose.mounts import contents, mounts
from immutable_delivery.formats.compose.reading import truth
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.variables import label_names, variables
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find, items, text

_PLACED = {"ports": "ports", "labels": "labels", "builds": "build", "watches": "develop"}


def spec(service: Service, unpinned_from: str = "") -> ContainerSpec:
    """Return a service as a container; ``unpinned_from`` is the digest that a later file has taken from its image."""
    node, image = service.node, service.image
    mounted = tuple(mounts(service))
    return ContainerSpec(
        used_at=service.place,
        extent=service.place.at(service.place.span.start, max(service.key.end, node.end)),
        scope=service.scope,
        container_type="service",
        name=service.name,
        workload="service",
        image=Setting(image.written.value, image.place) if image else None,
        images=tuple(images(service, unpinned_from)),
        entrypoint=command(service, "entrypoint"),
        arguments=command(service, "command"),
        others=tuple(others(service)),
        variables=tuple(variables(service)),
        mounts=mounted,
        files=_files(service, mounted),
        user=service.setting("user"),
        read_only=_flag(service, "read_only"),
        stdin=_flag(service, "stdin_open"),
        tty=_flag(service, "tty"),
        workdir=service.setting("working_dir"),
        ports=tuple(_port(port) for port in items(node, "ports")),
        labels=label_names(service),
        builds=service.build is not None and image is None,
        watches=bool(items(node, "develop", "watch")),
        places=dict(_places(service)),
    )


def _files(service: Service, mounted: tuple[MountSpec, ...]) -> ContainerFiles:
    """Return what of the repository the service sees: its build context, what is mounted, what the project writes."""
    paths = {
        mount_spec.target.text: mount_spec.host_path
        for mount_spec in mounted
        if mount_spec.target and mount_spec.target.value and mount_spec.host_path is not None
    }
    workdir = text(service.node, "working_dir")
    return ContainerFiles(service.reader.ctx, service.context, paths, contents(service), workdir)


def _flag(service: Service, key: str) -> Flag:
    """Return a switch, which is off where nothing stands."""
    node = service.node.get(key)
    return Flag(truth(node), node.place if node is not None else None)


def _places(service: Service) -> Iterator[tuple[str, Place]]:
    yield "name", service.place
    for field, key in _PLACED.items():
        if found := service.node.entries.get(key):
            yield field, found[1].place if isinstance(found[1], Scalar) else found[0].place


def _port(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    parts = [text(node, "published"), text(node, "target")] if isinstance(node, Mapping) else []
    return ":".join(part for part in parts if part)


def provided(service: Service) -> bool:
    """Whether a program of its own, and no container, makes the service."""
    return find(service.node, "provider") is not None
