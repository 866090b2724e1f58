"""Which digests are written where: one for each place, and only where nothing else comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from immutable_delivery.edits import Plan, planned
from immutable_delivery.facts import Image
from immutable_delivery.findings import Edit
from immutable_delivery.lock.slots import NoSlotError, Sheet, filled
from immutable_delivery.pinning.repository import place_of
from immutable_delivery.pinning.uses import other_use
from immutable_delivery.records import Record
from immutable_delivery.text import Place


class Left(Record, frozen=True, order=True):
    """A reference that stays as it is, and why."""

    place: Place
    reference: str
    reason: str


class Pin(Record, frozen=True):
    """A digest for a reference, and the edit that writes it."""

    image: Image
    digest: str
    edit: Edit


class Planned(Record):
    """Pins that can all be made, and what is left."""

    pins: list[Pin]
    left: list[Left]

    @property
    def edits(self) -> Plan:
        """All edits."""
        return planned(one.edit for one in self.pins)

    def without(self, faulty: Mapping[Place, str]) -> Planned:
        """Return the plan without the edits of some places, with the reasons."""
        kept = [one for one in self.pins if one.edit.place not in faulty]
        dropped = [one for one in self.pins if one.edit.place in faulty]
        left = [left_of(one.image, faulty[one.edit.place]) for one in dropped]
        return Planned(kept, sorted([*self.left, *left]))


def left_of(image: Image, reason: str) -> Left:
    """Return that a reference stays as it is."""
    return Left(place_of(image), image.text, reason)


def writable(images: Iterable[Image], sheet: Sheet) -> tuple[list[Image], list[Left]]:
    """Return the references that a digest can be written into, and why the others take none."""
    found, left = [], []
    for image in images:
        try:
            filled(image, "", sheet)
        except NoSlotError as error:
            left.append(left_of(image, str(error)))
        else:
            found.append(image)
    return found, left


def plan(
    wanted: Iterable[Image],
    digests: Mapping[str, str],
    everything: Iterable[Image],
    sheet: Sheet,
) -> Planned:
    """Plan a pin for every reference whose digest is known; ``everything`` decides at the same places."""
    groups: dict[Place, list[Image]] = defaultdict(list)
    for image in wanted:
        groups[filled(image, "", sheet).place].append(image)
    deciding: dict[Place, list[Image]] = defaultdict(list)
    for image in everything:
        if place := image.places.get("pin"):
            deciding[place].append(image)
    result = Planned([], [])
    for _, images in sorted(groups.items()):
        place = images[0].places.get("pin")
        there = deciding[place] if place else images
        reason = _shared([*images, *there], digests) or _used(place, images, sheet)
        _add(result, images, digests, reason, sheet)
    return Planned(result.pins, sorted(result.left))


def _add(
    result: Planned, images: list[Image], digests: Mapping[str, str], reason: str, sheet: Sheet
) -> None:
    """Add the pins of one place, or why it can hold none."""
    for image in images:
        digest = digests.get(image.text, "")
        if reason:
            result.left.append(left_of(image, reason))
        elif digest:
            result.pins.append(Pin(image, digest, filled(image, digest, sheet)))


def _shared(images: list[Image], digests: Mapping[str, str]) -> str:
    """Return which references of one place need different digests."""
    names = sorted({image.text for image in images if not image.digest})
    known = {digests.get(name, name) for name in names}
    if len(known) == 1:
        return ""
    return f"one value decides {', '.join(names)}, and cannot hold a digest for each"


def _used(deciding: Place | None, images: list[Image], sheet: Sheet) -> str:
    use = other_use(deciding, images, sheet) if deciding else None
    if use is None:
        return ""
    line = sheet.texts[use.file].line_of(use.span.start)
    return f"its value is used at {use.file}:{line} too, where a digest would be wrong"
