"""`imd pin` and `imd unpin`: ask, plan, prove; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from immutable_delivery.check import Examined
from immutable_delivery.facts import Image
from immutable_delivery.lock.many import Done, Reach, ask_all
from immutable_delivery.lock.names import Name, named
from immutable_delivery.lock.resolve import find
from immutable_delivery.lock.slots import NoSlotError, emptied, moved
from immutable_delivery.pinning import record
from immutable_delivery.pinning.plan import Left, Pin, Planned, left_of, plan, writable
from immutable_delivery.pinning.proof import edited, proven
from immutable_delivery.pinning.record import Pins
from immutable_delivery.pinning.repository import Repository, accepted, images_of, unpinned
from immutable_delivery.records import Record
from immutable_delivery.writing import Change


class Result(Record, frozen=True):
    """What to write, what is left as it is, and what no registry told."""

    changes: list[Change]
    pins: list[Pin]
    left: list[Left]
    refused: list[Left]
    record: Pins


def pending(repository: Repository) -> list[Image]:
    """Return the references that the caller asks about and that want a digest."""
    floating = accepted(repository)
    return [
        one
        for one in repository.asked()
        if unpinned(one) and floating.isdisjoint(one.places.values())
    ]


def pin(repository: Repository, resolve: Callable[[Iterable[Name]], Answers]) -> Result:
    """Work out the pins of all references that want one."""
    wanted, left = writable(pending(repository), repository.sheet)
    names = {image.text: named(image.text) for image in wanted}
    answers = resolve(names.values())
    digests = {
        text: answers.digests[name] for text, name in names.items() if name in answers.digests
    }
    refused = [
        left_of(image, answers.reasons[names[image.text]])
        for image in wanted
        if names[image.text] in answers.reasons
    ]
    made = plan(wanted, digests, repository.images, repository.sheet)
    return _result(repository, Planned(made.pins, sorted([*left, *made.left])), refused)


def update(repository: Repository, resolve: Callable[[Iterable[Name]], Answers]) -> Result:
    """Work out the digests that the tags of pinned references name today."""
    pins = record.read(repository.tree.files)
    wanted, left = [], []
    for image in repository.asked():
        if image.pin != "digest" or image.built_here:
            continue
        if image.tag or (image.tag == "" and "digest" in image.places and pins.added(image)):
            wanted.append(image)
        else:
            left.append(left_of(image, "no tag says what to follow"))
    names = {image.text: named(record.bare(image)) for image in wanted}
    answers = resolve(names.values())
    made = Planned([], left)
    for image in wanted:
        digest = answers.digests.get(names[image.text])
        if digest and digest != image.digest:
            _move(made, image, digest, repository)
    refused = [
        left_of(image, answers.reasons[names[image.text]])
        for image in wanted
        if names[image.text] in answers.reasons
    ]
    return _result(repository, _agreed(made), refused)


def unpin(repository: Repository, *, everything: bool) -> Result:
    """Work out the reference without the digests that `imd pin` wrote, or without all that stand beside a tag."""
    pins = record.read(repository.tree.files)
    pinned = [one for one in repository.asked() if one.digest and "digest" in one.places]
    exact = {(one.places["digest"].file, record.bare(one)) for one in pinned if pins.exactly(one)}
    made = Planned([], [])
    for image in pinned:
        ours = pins.added(image) and (
            pins.exactly(image) or (image.places["digest"].file, record.bare(image)) not in exact
        )
        if ours or (everything and image.tag):
            try:
                made.pins.append(Pin(image, "", emptied(image, repository.sheet)))
            except NoSlotError as error:
                made.left.append(left_of(image, str(error)))
    return _result(repository, made, [])


class Answers(Record, frozen=True):
    """The digests that registries name, and why they name none."""

    digests: Mapping[Name, str]
    reasons: Mapping[Name, str]


def online(reach: Reach, done: Done) -> Callable[[Iterable[Name]], Answers]:
    """Return what asks the registries."""

    def resolve(names: Iterable[Name]) -> Answers:
        found, refused = ask_all(
            names, lambda one, path, name: find(one, path, name.wanted).digest, reach, done=done
        )
        return Answers(found, refused)

    return resolve


def _move(made: Planned, image: Image, digest: str, repository: Repository) -> None:
    try:
        made.pins.append(Pin(image, digest, moved(image, digest, repository.sheet)))
    except NoSlotError as error:
        made.left.append(left_of(image, str(error)))


def _agreed(made: Planned) -> Planned:
    """Return the plan without the places that would have to hold two digests."""
    texts: dict[object, set[str]] = {}
    for one in made.pins:
        texts.setdefault(one.edit.place, set()).add(one.digest)
    torn = {one.edit.place for one in made.pins if len(texts[one.edit.place]) > 1}
    return made.without(dict.fromkeys(torn, "one digest stands for several images"))


def _result(repository: Repository, made: Planned, refused: list[Left]) -> Result:
    made, after = proven(repository, made)
    changed = edited(repository, made.edits)
    files = repository.tree.files
    changes = [
        Change(path=path, before=files.read(path), after=changed[path]) for path in sorted(changed)
    ]
    return Result(
        changes, made.pins, sorted(made.left), sorted(refused), _recorded(repository, made, after)
    )


def _recorded(repository: Repository, made: Planned, after: Examined) -> Pins:
    """Return the record with what the plan adds, moves or takes away."""
    pins = record.read(repository.tree.files)
    keys = {(one.image.used_at, one.image.text): one for one in made.pins}
    before, now = [], []
    for old, new in zip(images_of(repository.examined), images_of(after), strict=True):
        if (old.used_at, old.text) not in keys:
            continue
        if old.digest:
            before.append(old)
        if new.digest and (not old.digest or pins.added(old)):
            now.append(new)
    return pins.changed(now, before)
