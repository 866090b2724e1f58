"""Containers and user data that a module from elsewhere is given: what its arguments say of images, commands and environments."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.declared import Shape, declared
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.machines.boot import user_data
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import pairs, scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import MachineImages

MAX_DEPTH = 6

_HOLDERS = ("container_definitions", "container_definition", "containers", "container")
"""Arguments that hold containers, by their names or as a list."""
_WHOLE = ("container_image", "docker_image", "image_uri", "image_identifier")
"""Arguments that are an image by their names alone."""
_BUILT = "docker_file"
"""An argument that has the image built: the other one only names it."""
_CONTAINER = Shape(entrypoint=("entrypoint",), arguments=("command",), variables=("environment",))


def containers(node: Mapping, name: Scalar, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield the containers of one call, and what its machines run when they first start."""
    for key in _WHOLE if node.get(_BUILT) is None else ():
        if node.get(key) is not None:
            shape = Shape(image=(key,), entrypoint=(), arguments=(), variables=())
            yield from declared(node, name, shape, scope, ctx)
    for title, container in _containers(node, name, 0):
        yield from declared(container, title, _CONTAINER, scope, ctx)
    for key in known(MachineImages).user_data:
        said = scalar(node, key)
        if said is not None:
            boot = replace(scope, phase="boot", layer="os")
            yield from user_data(said.written, boot, said.place, ctx)


def _containers(node: Node, name: Scalar, depth: int) -> Iterator[tuple[Scalar, Mapping]]:
    """Yield the mappings below a holder that name an image."""
    for key, held in pairs(node):
        if depth > MAX_DEPTH:
            return
        if key.text in _HOLDERS:
            yield from _held(held, name)
        elif isinstance(held, Mapping):
            yield from _containers(held, key, depth + 1)


def _held(holder: Node, name: Scalar) -> Iterator[tuple[Scalar, Mapping]]:
    if isinstance(holder, Sequence):
        yield from ((name, one) for one in holder.items if isinstance(one, Mapping))
    elif isinstance(holder, Mapping) and "image" in holder.entries:
        yield name, holder
    else:
        yield from ((key, one) for key, one in pairs(holder) if isinstance(one, Mapping))
