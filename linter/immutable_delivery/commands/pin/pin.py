"""`imd pin` and `imd unpin`: ask, plan, prove; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from immutable_delivery.commands.pin import pins_file, revisions
from immutable_delivery.commands.pin.digest_style import restore_tag
from immutable_delivery.commands.pin.pins_file import Entry, Pins
from immutable_delivery.commands.pin.plan import (
    Pin,
    Planned,
    Revision,
    Skipped,
    Style,
    beside,
    left_of,
    plan,
    writable,
)
from immutable_delivery.commands.pin.repository import Repository, accepted, images_of, unpinned
from immutable_delivery.commands.pin.revisions import Ask
from immutable_delivery.commands.pin.verify_edits import edited, proven
from immutable_delivery.edits.write import Change
from immutable_delivery.facts import Image
from immutable_delivery.findings import Edit
from immutable_delivery.fixes.digests import NoSlotError, remove_digest, replace_digest
from immutable_delivery.fixes.second_reading import SecondReaders
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.records import Record, field, replace
from immutable_delivery.registry.batch import Done, RegistryOptions, ask_all
from immutable_delivery.registry.reference import ImageReference, named
from immutable_delivery.registry.resolve import find


class Result(Record, frozen=True):
    """What to write, what is left as it is, and what no registry told."""

    changes: list[Change]
    pins: list[Pin]
    left: list[Skipped]
    refused: list[Skipped]
    record: Pins
    unsure: list[str]
    """What no second reader could tell."""
    revisions: list[Revision] = field(default_factory=list)


def pending(repository: Repository) -> list[Image]:
    """Return the references that the caller asks about and that want a digest."""
    floating = accepted(repository)
    return [
        image
        for image in repository.asked()
        if unpinned(image) and floating.isdisjoint(image.places.values())
    ]


def lacking(image: Image) -> str:
    """Return what a reference lacks, for a person."""
    return (
        f"is no valid reference: {image.problem}" if image.pin == "malformed" else "has no digest"
    )


def pin(
    repository: Repository, resolve: Resolve, style: Style = beside, ask: Ask | None = None
) -> Result:
    """Work out the pins of all references that want one, and the commits and digests of sources that servers tell."""
    found = pending(repository)
    wanted, left = writable(
        [one for one in found if one.pin != "malformed"], repository.sheet, style
    )
    left += (left_of(one, lacking(one)) for one in found if one.pin == "malformed")
    names = {image.text: named(image.text) for image in wanted}
    answers = resolve(names.values())
    digests = {
        text: answers.digests[name] for text, name in names.items() if name in answers.digests
    }
    made = plan(wanted, digests, repository.images, repository.sheet, style)
    made.left += left
    refused = _refused(wanted, names, answers)
    if ask is not None:
        made.revisions, more, untold = revisions.plan(repository, ask)
        made.left, refused = [*made.left, *more], [*refused, *untold]
    return _result(repository, made, refused)


def update(repository: Repository, resolve: Resolve) -> Result:
    """Work out the digests that the tags of pinned references name today."""
    pins = pins_file.read(repository.tree.files)
    names: dict[str, ImageReference] = {}
    wanted, made = [], Planned([], [])
    for image in repository.asked():
        if image.pin != "digest" or image.built_here:
            continue
        entry = pins.entry(image) if "digest" in image.places else None
        if image.tag or entry:
            tag = entry.tag if entry and not image.tag else ""
            names[image.text] = named(f"{pins_file.bare(image)}{tag and ':'}{tag}")
            wanted.append(image)
        else:
            made.left.append(left_of(image, "no tag says what to follow"))
    answers = resolve(names.values())
    for image in wanted:
        digest = answers.digests.get(names[image.text])
        if digest and digest != image.digest:
            _move(made, image, digest, repository)
    return _result(repository, made, _refused(wanted, names, answers))


def unpin(repository: Repository, *, everything: bool) -> Result:
    """Work out the references without the digests that `imd pin` wrote, or without all that stand beside a tag."""
    pins = pins_file.read(repository.tree.files)
    pinned = [one for one in repository.asked() if one.digest and "digest" in one.places]
    made = Planned([], [])
    for image in pinned:
        entry = _ours(image, pinned, pins)
        if entry or (everything and image.tag):
            try:
                made.pins.append(Pin(image, "", tuple(_removed(image, entry, repository))))
            except NoSlotError as error:
                made.left.append(left_of(image, str(error)))
    made.revisions = [
        replace(one, taken=True) for one in revisions.restored(repository, pins.sources)
    ]
    return _result(repository, made, [])


def _ours(image: Image, pinned: Iterable[Image], pins: Pins) -> Entry | None:
    """Return what was written for a reference; None for one that a person pinned beside one that is ours."""
    entry = pins.entry(image)
    if entry is None or entry.digest == image.digest:
        return entry
    file, own = image.places["digest"].file, pins_file.bare(image)
    rivals = (
        one for one in pinned if one.places["digest"].file == file and pins_file.bare(one) == own
    )
    return None if any(rival.digest == entry.digest for rival in rivals) else entry


def _removed(image: Image, entry: Entry | None, repository: Repository) -> Sequence[Edit]:
    if entry and entry.tag:
        return restore_tag(image, entry.tag, repository.sheet)
    return (remove_digest(image, repository.sheet),)


class Answers(Record, frozen=True):
    """The digests that registries name, and why they name none."""

    digests: Mapping[ImageReference, str]
    reasons: Mapping[ImageReference, str]


Resolve = Callable[[Iterable[ImageReference]], Answers]


def online(reach: RegistryOptions, done: Done) -> Resolve:
    """Return what asks the registries."""

    def resolve(names: Iterable[ImageReference]) -> Answers:
        found, refused = ask_all(
            names, lambda one, path, name: find(one, path, name.wanted).digest, reach, done=done
        )
        return Answers(found, refused)

    return resolve


def _move(made: Planned, image: Image, digest: str, repository: Repository) -> None:
    try:
        made.pins.append(Pin(image, digest, (replace_digest(image, digest, repository.sheet),)))
    except NoSlotError as error:
        made.left.append(left_of(image, str(error)))


def _refused(
    wanted: Iterable[Image], names: Mapping[str, ImageReference], answers: Answers
) -> list[Skipped]:
    """Return the references that no registry told anything about."""
    reasons = ((image, answers.reasons.get(names[image.text])) for image in wanted)
    return [left_of(image, reason) for image, reason in reasons if reason]


def _result(repository: Repository, made: Planned, refused: list[Skipped]) -> Result:
    readers = SecondReaders()
    made, after = proven(repository, made, readers)
    changed = edited(repository, made.edits)
    files = repository.tree.files
    changes = [
        Change(path=path, before=files.read(path), after=changed[path]) for path in sorted(changed)
    ]
    return Result(
        changes,
        made.pins,
        sorted(made.left),
        sorted(refused),
        _recorded(repository, made, after).revised(made.revisions),
        readers.told,
        made.revisions,
    )


def _recorded(repository: Repository, made: Planned, after: Examined) -> Pins:
    """Return the record with what the plan adds, moves or takes away."""
    pins = pins_file.read(repository.tree.files)
    made_of = {(one.image.used_at, one.image.text): one for one in made.pins}
    before: list[Image] = []
    now: list[tuple[Image, str]] = []
    for old, new in zip(images_of(repository.examined), images_of(after), strict=True):
        one = made_of.get((old.used_at, old.text))
        if one is None:
            continue
        entry = pins.entry(old) if old.digest else Entry("", one.tag)
        before += [old] if old.digest else []
        now += [(new, entry.tag)] if new.digest and entry else []
    return pins.changed(now, before)
