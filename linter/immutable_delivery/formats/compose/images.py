"""The images that a service runs, prepares with, mounts and builds from."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.containers.spec import ImageSpec, Setting
from immutable_delivery.formats.compose.merging import paired
from immutable_delivery.formats.compose.service import Service
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import mappings, scalar, text

_PREFIX = "docker-image://"


def images(service: Service, unpinned_from: str = "") -> Iterator[ImageSpec]:
    """Yield the images of a service; ``unpinned_from`` is a digest that a later file has taken away."""
    if service.image:
        yield _own(service, service.image, unpinned_from)
    for hook in mappings(service.node, "pre_start"):
        if image := scalar(hook, "image"):
            yield ImageSpec(image.written, hook.extent("image"), image.place, "init", "init")
    for volume in mappings(service.node, "volumes"):
        source = scalar(volume, "source")
        if source and text(volume, "type") == "image":
            yield ImageSpec(source.written, volume.place, source.place, "volume")
    yield from _contexts(service)


def _own(service: Service, image: Scalar, unpinned_from: str) -> ImageSpec:
    policy = service.setting("pull_policy")
    return ImageSpec(
        image.written,
        service.node.extent("image"),
        image.place,
        pull_policy=policy and Setting(policy.value and policy.value.lower(), policy.place),
        platform=service.setting("platform"),
        built_here=service.build is not None,
        unpinned_from=unpinned_from,
    )


def _contexts(service: Service) -> Iterator[ImageSpec]:
    """Yield the images that a build takes files from."""
    contexts = service.build and service.build.get("additional_contexts")
    for key, value in paired(contexts).entries.values() if contexts else ():
        if isinstance(value, Scalar) and value.text.startswith(_PREFIX):
            extent = key.place.at(key.place.span.start, value.end)
            written = value.written.slice(len(_PREFIX))
            yield ImageSpec(written, extent, value.place, "build", "build")
