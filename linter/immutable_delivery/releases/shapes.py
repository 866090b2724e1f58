"""Values of any chart: images and lists of containers, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers import lower
from immutable_delivery.containers.spec import ImageSpec
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import ContainerRole, Fact, Image, Scope
from immutable_delivery.records import replace
from immutable_delivery.releases.containers import listed
from immutable_delivery.releases.images import (
    has_parts,
    image_spec,
    names_image,
    parts_of,
    reference_of,
    tag_beside,
)
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import scalar
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Releases


def facts(values: Mapping, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield the images and the containers that values name; what is turned off runs nothing."""
    registry = scalar(values, "global", "imageRegistry") or scalar(
        values, "global", "image", "registry"
    )
    waiting: list[tuple[str, Node]] = [("", values)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += [(path, item) for item in reversed(node.items)]
        elif isinstance(node, Mapping) and not is_off(node):
            written = parts_of(node, path, registry) if _is_image(path, node) else None
            if written is not None:
                yield _image(image_spec(written, node, "container", node), scope)
                continue
            for image in _references(node):
                yield _image(image, scope)
            for key, role in _lists(node):
                yield from listed(node, key, role, scope, ctx)
            lists = {key for key, _ in _lists(node)}
            inner = [
                (f"{path}.{key}".lstrip("."), one) for key, one in node.items() if key not in lists
            ]
            waiting += reversed(inner)


def _image(spec: ImageSpec, scope: Scope) -> Image:
    """Return the fact of an image; only its chart knows whether a digest may stand behind the tag."""
    fact = lower.image(spec, scope)
    return replace(fact, places={name: at for name, at in fact.places.items() if name != "pin"})


def is_off(node: Mapping) -> bool:
    """Whether a part of the values says that it is not deployed."""
    switch = scalar(node, "enabled")
    return switch is not None and switch.plain and switch.text.lower() == "false"


def _is_image(path: str, node: Mapping) -> bool:
    return has_parts(node) or names_image(path.rpartition(".")[2])


def _references(holder: Mapping) -> Iterator[ImageSpec]:
    """Yield the references that are texts."""
    for key, node in holder.items():
        if names_image(key) and isinstance(node, Scalar) and not node.null:
            sibling = tag_beside(holder) if key == "image" else scalar(holder, f"{key}Tag")
            written = reference_of(node, sibling)
            if written is not None:
                yield image_spec(written, node, "container", holder)


def _lists(node: Mapping) -> Iterator[tuple[str, ContainerRole]]:
    """Yield the keys under which complete containers stand in a list."""
    for key, value in node.items():
        role = known(Releases).role_of(key)
        if role and isinstance(value, Sequence):
            yield key, role
