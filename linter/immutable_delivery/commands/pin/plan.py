"""Which digests are written where: one for each place, and only where nothing else comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from immutable_delivery.commands.pin.repository import place_of
from immutable_delivery.commands.pin.uses import other_use
from immutable_delivery.edits.plan import Plan, planned
from immutable_delivery.facts import Image, Source
from immutable_delivery.findings import Edit
from immutable_delivery.fixes.digests import NoSlotError, Sheet, insert_digest
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place

Style = Callable[[Image, str, Sheet], Sequence[Edit]]
"""How a digest is written: the edit of the digest first. Raises NoSlotError where it cannot be."""


def beside(image: Image, digest: str, sheet: Sheet) -> Sequence[Edit]:
    """Write the digest behind the tag."""
    return (insert_digest(image, digest, sheet),)


class Skipped(Record, frozen=True, order=True):
    """A reference that stays as it is, and why."""

    place: Place
    reference: str
    reason: str


class Pin(Record, frozen=True):
    """A digest for a reference, and the edit that writes it."""

    image: Image
    digest: str
    edits: tuple[Edit, ...]
    """The one that writes the digest first."""
    tag: str = ""
    """The tag that the digest takes the place of."""

    @property
    def at(self) -> Place:
        """Where the digest is written."""
        return self.edits[0].place


class Revision(Record, frozen=True):
    """A commit or digest for a source, or what stood there before, and the edits that write it."""

    source: Source
    digest: str
    edits: tuple[Edit, ...]
    taken: bool = False
    """Whether a commit or digest is taken away."""

    @property
    def at(self) -> Place:
        """Where it is written."""
        return self.edits[0].place

    @property
    def text(self) -> str:
        """The source, for a person."""
        return f"{self.source.url} {self.source.ref}".rstrip()


class Planned(Record):
    """Pins that can all be made, and what is left."""

    pins: list[Pin]
    left: list[Skipped]
    revisions: list[Revision] = field(default_factory=list)

    @property
    def every(self) -> list[Pin | Revision]:
        """All pins, of images and of sources."""
        return [*self.pins, *self.revisions]

    @property
    def edits(self) -> Plan:
        """All edits."""
        return planned(edit for pin in self.every for edit in pin.edits)

    @property
    def torn(self) -> dict[Place, str]:
        """The places of the pins whose edits exclude each other."""
        found: dict[Place, str] = {}
        plan, owners = Plan(), {edit: pin.at for pin in self.every for edit in pin.edits}
        for pin in self.every:
            if conflict := plan.conflict(pin.edits):
                rivals = (pin.at, owners.get(conflict.other, pin.at))
                found |= dict.fromkeys(rivals, "another reference needs an edit in the same place")
            else:
                plan.add(pin.edits)
        return found

    def without(self, faulty: Mapping[Place, str]) -> Planned:
        """Return the plan without the edits of some places, with the reasons."""
        kept = [pin for pin in self.pins if pin.at not in faulty]
        dropped = [pin for pin in self.pins if pin.at in faulty]
        left = [left_of(one.image, faulty[one.at]) for one in dropped]
        held = [one for one in self.revisions if one.at not in faulty]
        gone = [one for one in self.revisions if one.at in faulty]
        left += [Skipped(one.at, one.text, faulty[one.at]) for one in gone]
        return Planned(kept, sorted([*self.left, *left]), held)


def left_of(image: Image, reason: str) -> Skipped:
    """Return that a reference stays as it is."""
    return Skipped(place_of(image), image.text, reason)


def writable(
    images: Iterable[Image], sheet: Sheet, style: Style
) -> tuple[list[Image], list[Skipped]]:
    """Return the references that a digest can be written into, and why the others take none."""
    found, left = [], []
    for image in images:
        try:
            style(image, "", sheet)
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
    style: Style,
) -> Planned:
    """Plan a pin for every reference whose digest is known; ``everything`` decides at the same places."""
    groups: dict[Place, list[Image]] = defaultdict(list)
    for image in wanted:
        groups[style(image, "", sheet)[0].place].append(image)
    deciding: dict[Place, list[Image]] = defaultdict(list)
    for image in everything:
        if place := image.places.get("pin"):
            deciding[place].append(image)
    result = Planned([], [])
    for _, images in sorted(groups.items()):
        place = images[0].places.get("pin")
        there = deciding[place] if place else images
        if reason := _shared([*images, *there], digests) or _used(place, images, sheet):
            result.left += (left_of(image, reason) for image in images)
        else:
            result.pins += _pins(images, digests, sheet, style)
    return Planned(result.pins, sorted(result.left))


def _pins(
    images: list[Image], digests: Mapping[str, str], sheet: Sheet, style: Style
) -> Iterator[Pin]:
    """Yield the pins of one place."""
    for image in images:
        if digest := digests.get(image.text):
            edits = tuple(style(image, digest, sheet))
            yield Pin(image, digest, edits, (image.tag or "") if edits[1:] else "")


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
