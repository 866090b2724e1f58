"""Whether what a later environment runs has run in an earlier one: the digests of now, then those of history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.facts import Deployed, Service
from immutable_delivery.links.past import Changes, Past
from immutable_delivery.links.running import Order
from immutable_delivery.records import Record, replace

Reach = Mapping[str, set[str]]
"""The environments that a file decides for."""


class _Candidate(Record, frozen=True):
    """An image in an environment, and those that an artifact passes before it."""

    image: Deployed
    earlier: tuple[Deployed, ...]

    @property
    def passed(self) -> bool:
        """Whether an earlier environment runs the digest now."""
        return any(one.digest == self.image.digest for one in self.earlier)

    @property
    def files(self) -> set[str]:
        """The files whose history tells more."""
        return {one.place.file for one in (self.image, *self.earlier)}


def promoted(services: Sequence[Service], orders: Mapping[str, Order], past: Past) -> list[Service]:
    """Return the services in which each digest says whether it ran in an earlier environment; history is asked once."""
    candidates = {one.name: dict(_candidates(one, orders[one.name])) for one in services}
    asked = [one for found in candidates.values() for one in found.values() if not one.passed]
    changes = past.changes({path for one in asked for path in one.files}) if asked else {}
    told = _Told(past, changes, _reach(services))
    return [
        replace(
            one,
            images=tuple(
                told.of(candidates[one.name][image]) if image in candidates[one.name] else image
                for image in one.images
            ),
        )
        for one in services
    ]


def _candidates(service: Service, order: Order) -> Iterator[tuple[Deployed, _Candidate]]:
    """Yield the digests that an earlier environment could have run: those of images of one name."""
    by_name: dict[str, list[Deployed]] = defaultdict(list)
    for image in service.images:
        if image.digest and image.environment and order.passes(image):
            by_name[image.name.rpartition("/")[2]].append(image)
    for images in by_name.values():
        for image, earlier in _ordered(images, order):
            if earlier:
                yield image, _Candidate(image, earlier)


def _ordered(
    images: Iterable[Deployed], order: Order
) -> Iterator[tuple[Deployed, tuple[Deployed, ...]]]:
    """Yield images with those of all the environments before theirs."""
    by_place: dict[tuple[int, int], list[Deployed]] = defaultdict(list)
    for image in images:
        if (place := order.place(image.environment)) is not None:
            by_place[place].append(image)
    passed: dict[int, tuple[Deployed, ...]] = {}
    for (kind, _), found in sorted(by_place.items()):
        earlier = passed.get(kind, ())
        yield from ((image, earlier) for image in found)
        passed[kind] = (*earlier, *found)


def _reach(services: Iterable[Service]) -> Reach:
    found: dict[str, set[str]] = defaultdict(set)
    for service in services:
        for image in service.images:
            found[image.place.file].add(image.environment)
    return found


class _Told(Record, frozen=True):
    """What now and history say together."""

    past: Past
    changes: Changes
    reach: Reach

    def of(self, candidate: _Candidate) -> Deployed:
        """Return the image with what is known of its way."""
        image = candidate.image
        names = tuple(dict.fromkeys(one.environment for one in candidate.earlier))
        if candidate.passed:
            return replace(image, earlier=names)
        ran = self._before(candidate)
        missing = self.past.missing
        known = True if ran else None if missing else False
        return replace(image, earlier=names, proved=known, back=ran, unseen="" if ran else missing)

    def _before(self, candidate: _Candidate) -> str:
        """Return an environment that ran the digest before: the same, where it was gone back to, or an earlier one."""
        image = candidate.image
        own = self.changes.get((image.place.file, image.digest))
        again = image.environment if own and own.removed else ""
        if again and len(self.reach[image.place.file]) == 1:
            return again
        for one in candidate.earlier:
            seen = self.changes.get((one.place.file, image.digest))
            if seen and one.environment in self._ran(one.place.file, seen.added, image.digest):
                return one.environment
        return again

    def _ran(self, path: str, commits: Iterable[str], digest: str) -> set[str]:
        """Return the environments that a file had run a digest."""
        if len(self.reach[path]) == 1:
            return self.reach[path]
        return {name for one in commits for name in self.past.environments(path, one, digest)}
