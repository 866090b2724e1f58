"""The images that a service runs, prepares with, mounts and builds from."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Image
from immutable_delivery.formats.compose.pairs import paired
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.formats.compose.values import known
from immutable_delivery.formats.images import image_fact
from immutable_delivery.formats.lookup import mappings, scalar, text
from immutable_delivery.formats.yamltree import Scalar
from immutable_delivery.records import replace

_PREFIX = "docker-image://"


def images(service: Service, unpinned_from: str = "") -> Iterator[Image]:
    """Yield the images of a service; ``unpinned_from`` is a digest that a later file has taken away."""
    if service.image:
        yield _own(service, service.image, unpinned_from)
    for hook in mappings(service.node, "pre_start"):
        if image := scalar(hook, "image"):
            extent = hook.extent("image")
            scope = service.during("init")
            yield image_fact(
                image.written, role="init", scope=scope, extent=extent, used_at=image.place
            )
    for volume in mappings(service.node, "volumes"):
        source = scalar(volume, "source")
        if source and text(volume, "type") == "image":
            yield image_fact(
                source.written,
                role="volume",
                scope=service.scope,
                extent=volume.place,
                used_at=source.place,
            )
    yield from _contexts(service)


def _own(service: Service, image: Scalar, unpinned_from: str) -> Image:
    node = service.node
    fact = image_fact(
        image.written,
        role="container",
        scope=service.scope,
        extent=node.extent("image"),
        used_at=image.place,
        built_here=service.build is not None,
        pull_policy=_lower(known(node.get("pull_policy"))),
        platform=known(node.get("platform")),
        unpinned_from=unpinned_from,
    )
    named = {
        name: found.place for name in ("pull_policy", "platform") if (found := scalar(node, name))
    }
    return replace(fact, places={**fact.places, **named})


def _contexts(service: Service) -> Iterator[Image]:
    """Yield the images that a build takes files from."""
    contexts = service.build and service.build.get("additional_contexts")
    for key, value in paired(contexts).entries.values() if contexts else ():
        if isinstance(value, Scalar) and value.text.startswith(_PREFIX):
            written = value.written.slice(len(_PREFIX))
            scope = service.during("build")
            extent = key.place.at(key.place.span.start, value.end)
            yield image_fact(written, role="build", scope=scope, extent=extent, used_at=value.place)


def _lower(value: str | None) -> str | None:
    return value.lower() if value else value
