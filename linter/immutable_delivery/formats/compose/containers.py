"""A service as a whole, for what is absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.facts import Container
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.starts import Command
from immutable_delivery.formats.compose.values import known, truth
from immutable_delivery.formats.compose.variables import label_names
from immutable_delivery.formats.lookup import find, items, text
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar
from immutable_delivery.text import Place

_PLACED = {
    "image": "image", "user": "user", "read_only_root": "read_only", "stdin": "stdin_open", "tty": "tty",
    "ports": "ports", "labels": "labels", "builds": "build", "watches": "develop", "workdir": "working_dir",
}  # fmt: skip
_ROOT = frozenset({"root", "0"})


def container(service: Service, commands: Sequence[Command]) -> Container:
    """Return the fact of a service as a whole; ``commands`` are its entrypoint and its command."""
    node = service.node
    builds = service.build is not None and service.image is None
    return Container(
        used_at=service.place,
        extent=service.place.at(service.place.span.start, max(service.key.end, node.end)),
        scope=service.scope,
        places=dict(_places(service)),
        container_type="service",
        name=service.name,
        image=service.image.written.value if service.image else "",
        runs=True,
        starts=None,
        own_start=bool(commands),
        user=known(node.get("user")),
        root=_is_root(known(node.get("user"))),
        read_only_root=truth(node.get("read_only")),
        ports=tuple(_port(port) for port in items(node, "ports")),
        labels=label_names(service),
        stdin=bool(truth(node.get("stdin_open"))),
        tty=bool(truth(node.get("tty"))),
        builds=builds,
        watches=bool(items(node, "develop", "watch")),
        workdir=known(node.get("working_dir")),
        entry=_entry(commands),
    )


def _places(service: Service) -> Iterator[tuple[str, Place]]:
    yield "name", service.place
    for field, key in _PLACED.items():
        if found := service.node.entries.get(key):
            yield field, found[1].place if isinstance(found[1], Scalar) else found[0].place


def _is_root(user: str | None) -> bool | None:
    """Whether a user is root; without one, the image decides."""
    return user.partition(":")[0] in _ROOT if user else None


def _port(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    parts = [text(node, "published"), text(node, "target")] if isinstance(node, Mapping) else []
    return ":".join(part for part in parts if part)


def _entry(commands: Sequence[Command]) -> tuple[str, ...] | None:
    words = [command.argv for command in commands]
    return None if None in words else tuple(word for argv in words if argv for word in argv)


def provided(service: Service) -> bool:
    """Whether a program of its own, and no container, makes the service."""
    return find(service.node, "provider") is not None
