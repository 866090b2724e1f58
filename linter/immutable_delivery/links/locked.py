"""What only the registry knows of a container's image, from `imd.lock`: its user, its ports and its volumes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from immutable_delivery.facts import Container, Fact
from immutable_delivery.links.lockfile import ImageInfo, Lock
from immutable_delivery.records import replace


def link_locked(facts: Sequence[Fact], lock: Lock) -> list[Fact]:
    """Return the facts with what the lock says of the images that containers start from."""
    if not lock.images:
        return list(facts)
    return [_linked(fact, lock) if isinstance(fact, Container) else fact for fact in facts]


def _linked(container: Container, lock: Lock) -> Container:
    image = lock.images.get(container.image or "")
    if image is None or container.builds:
        return container
    said = replace(container, ports=tuple(dict.fromkeys((*container.ports, *image.ports))))
    if container.root is None and not container.user:
        said = replace(said, user=image.user, root=_is_root(image.user))
    volume = "" if container.volume_over_code else _hidden(container, image)
    if not volume:
        return said
    at = container.place_of("image")
    return replace(said, volume_over_code=volume, places={**said.places, "volume_over_code": at})


def _is_root(user: str) -> bool:
    name = user.partition(":")[0]
    return name in {"", "root"} or re.fullmatch(r"0+", name) is not None


def _hidden(container: Container, image: ImageInfo) -> str:
    """Return a volume of the base that code is copied into."""
    targets = [target for target, _ in container.code] if container.adds_code else []
    for volume in image.volumes:
        if any(one == volume or one.startswith(f"{volume.rstrip('/')}/") for one in targets):
            return volume
    return ""
