"""`imd verify`: what has become of the pins: tags that moved on, digests that are gone, of one platform, or old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from immutable_delivery.commands.pin.plan import Skipped, left_of
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.facts import Image
from immutable_delivery.links.lockfile import ImageInfo
from immutable_delivery.records import Record, replace
from immutable_delivery.registry.batch import Done, RegistryOptions, ask_all
from immutable_delivery.registry.client import Registry
from immutable_delivery.registry.reference import ImageReference, named
from immutable_delivery.registry.resolve import MissingError, describe, digest_of, find

_EPOCH = "1970-01-01"


class Verified(Record, frozen=True):
    """What is wrong with pins, and those that no registry told anything about."""

    problems: list[Skipped]
    refused: list[Skipped]
    count: int


class Compared(Record, frozen=True):
    """A pinned image and what its tag names now."""

    now: str = ""
    """The digest of the tag; empty where it has none to follow, or the tag is gone."""
    gone: bool = False
    platform: str = ""
    """The one platform that the pinned digest is for, where the tag names an index."""
    created: str = ""


def verify(
    repository: Repository, reach: RegistryOptions, oldest: date | None, done: Done
) -> Verified:
    """Compare every pin with its registry; what was built before ``oldest`` is too old."""
    images = [one for one in repository.asked() if one.pin == "digest" and not one.built_here]
    names = {image.text: named(image.text) for image in images}
    tagged = {names[image.text] for image in images if image.tag}
    described = {one.digest: one for one in repository.examined.lock.images.values()}

    def question(registry: Registry, path: str, name: ImageReference) -> Compared:
        return _compared(registry, path, name, name in tagged, described, aged=oldest is not None)

    found, refused = ask_all(names.values(), question, reach, done=done)
    problems = [
        left_of(image, reason)
        for image in images
        if (name := names[image.text]) in found
        for reason in _problems(found[name], image, oldest)
    ]
    left = [left_of(one, refused[names[one.text]]) for one in images if names[one.text] in refused]
    return Verified(sorted(problems), sorted(left), len(images))


def _compared(
    registry: Registry,
    path: str,
    name: ImageReference,
    follows: bool,  # noqa: FBT001 (positional like the rest)
    described: dict[str, ImageInfo],
    *,
    aged: bool,
) -> Compared:
    now = digest_of(registry, path, name.tag) if follows else ""
    same = now == name.digest
    try:
        if same and not aged:
            return Compared(now)
        pinned = find(registry, path, name.digest)
        result = Compared(now)
        if now and not same and not pinned.index:
            result = replace(result, platform=_platform(registry, path, name))
        if aged:
            known = described.get(name.digest) or describe(registry, path, pinned)
            result = replace(result, created=known.created[:10])
    except MissingError:
        return Compared(now, gone=True)
    return result


def _platform(registry: Registry, path: str, name: ImageReference) -> str:
    """Return which platform of the tag's index a digest is for; "one platform" where it was of an earlier index."""
    named_now = find(registry, path, name.tag)
    if not named_now.index:
        return ""
    own = (platform for platform, digest in named_now.platforms.items() if digest == name.digest)
    return next(own, "one platform")


def _problems(found: Compared, image: Image, oldest: date | None) -> Iterator[str]:
    if found.gone:
        yield "its digest is gone from the registry"
    if found.platform:
        yield f"its digest is for {found.platform} alone, and the tag names an index: {found.now}"
    elif found.now and found.now != image.digest:
        yield f"the tag names another image now: {found.now}"
    if oldest and found.created > _EPOCH and found.created < oldest.isoformat():
        yield f"it was built on {found.created}"
