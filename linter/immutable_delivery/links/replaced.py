"""Environments that run what nothing here builds, where others run what the pipeline does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from immutable_delivery.facts import Deployed, Service
from immutable_delivery.records import replace


def replaced(service: Service) -> Service:
    """Return a service in which an image that takes the place of the one built here says so."""
    made = {name for one in service.makes for name in one.images}
    by_owner: dict[str, list[Deployed]] = defaultdict(list)
    for image in service.images:
        by_owner[image.owner].append(image)
    images = tuple(_told(one, by_owner[one.owner], made) for one in service.images)
    return replace(service, images=images)


def _told(image: Deployed, beside: Sequence[Deployed], made: set[str]) -> Deployed:
    """Compare an image with what the same container runs in other environments.

    The same digest is the same bits, and under the same name in another registry, or in none, lies a copy.
    """
    own = sorted(one.name for one in beside if one.name in made)
    digests = {one.digest for one in beside if one.name in made} - {""}
    copies = {_last(name) for name in own}
    if not own or _last(image.name) in copies or image.digest in digests:
        return image
    elsewhere = image.environment and not image.development
    return replace(image, instead_of=own[0]) if elsewhere and image.name else image


def _last(name: str) -> str:
    return name.rpartition("/")[2]
