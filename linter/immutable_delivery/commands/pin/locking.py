"""`imd lock`: what registries say of every image that is named here; what is known already is not asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from immutable_delivery.commands.pin.plan import Skipped, left_of
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.edits.write import put
from immutable_delivery.facts import Image
from immutable_delivery.links.lockfile import FILE, ImageInfo, Lock, written
from immutable_delivery.records import Record
from immutable_delivery.registry.batch import Done, RegistryOptions, ask_all
from immutable_delivery.registry.client import Registry
from immutable_delivery.registry.reference import ImageReference, named
from immutable_delivery.registry.resolve import describe, digest_of, find


class Locked(Record, frozen=True):
    """The new lock, and the references that no registry described."""

    lock: Lock
    refused: list[Skipped]
    asked: int
    answered: int


def lockable(repository: Repository) -> Iterator[Image]:
    """Yield the references that a registry can describe: not what is built here, nor what a variable hides."""
    for image in repository.images:
        if not image.built_here and image.reference and image.pin not in {"malformed", None}:
            yield image


def problems(repository: Repository) -> list[str]:
    """Return what of the lock is stale, offline."""
    return repository.examined.lock.problems(image.text for image in lockable(repository))


def lock(repository: Repository, reach: RegistryOptions, *, update: bool, done: Done) -> Locked:
    """Describe every image; ``update`` asks again what tags name that have no digest."""
    known = repository.examined.lock.images
    images = {image.text: image for image in lockable(repository)}
    kept = {text: known[text] for text in images if text in known and ("@" in text or not update)}
    names = {text: named(text) for text in images if text not in kept}
    by_digest = {one.digest: one for one in known.values()}
    found, refused = ask_all(names.values(), _question(by_digest), reach, done=done)
    fresh = {text: found[name] for text, name in names.items() if name in found}
    left = [left_of(images[text], refused[name]) for text, name in names.items() if name in refused]
    return Locked(
        Lock(images={**kept, **fresh}), sorted(left), len(set(names.values())), len(found)
    )


def _question(known: dict[str, ImageInfo]) -> Callable[[Registry, str, ImageReference], ImageInfo]:
    """Return what to ask about an image: what it is, where the digest is not one that is described already."""

    def question(registry: Registry, repository: str, name: ImageReference) -> ImageInfo:
        digest = name.digest or digest_of(registry, repository, name.tag)
        return known.get(digest) or describe(
            registry, repository, find(registry, repository, digest or name.tag)
        )

    return question


def write(root: Path, found: Lock) -> bool:
    """Write the lock whole; return whether that changes it."""
    path, data = root / FILE, written(found)
    if path.is_file() and path.read_bytes() == data:
        return False
    put(root, FILE, data)
    return True
