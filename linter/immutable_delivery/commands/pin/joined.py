"""Digests of images and commits of sources, written and proven together."""

from __future__ import annotations

from immutable_delivery.commands.pin import sources
from immutable_delivery.commands.pin.pin import Result
from immutable_delivery.commands.pin.plan import Skipped
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.commands.pin.verify_edits import Edited, edited
from immutable_delivery.edits.plan import planned
from immutable_delivery.edits.write import Change
from immutable_delivery.facts import Source
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.records import Record, replace


class Both(Record, frozen=True):
    """What is written for images and for sources."""

    images: Result
    sources: sources.Planned


def joined(repository: Repository, result: Result, made: sources.Planned) -> Both:
    """Return both plans as one: what would make the files be read differently is left."""
    if not made.pins:
        return Both(result, made)
    others = [edit for one in result.pins for edit in one.edits]
    others += [edit for one in result.revisions for edit in one.edits]
    plan = planned([*others, *(edit for one in made.pins for edit in one.edits)])
    changed = edited(repository, plan)
    files = repository.tree.files
    after = repository.again(Edited(files, changed))
    before = _sources(repository.examined)
    revised = {one.source.place_of("ref"): one.digest for one in result.revisions}
    if sources.faulty(before, _sources(after), made, revised):
        return Both(result, _given_up(made))
    changes = [
        Change(path=path, before=files.read(path), after=changed[path]) for path in sorted(changed)
    ]
    record = sources.recorded(result.record, made)
    return Both(replace(result, changes=changes, record=record), made)


def _sources(examined: Examined) -> list[Source]:
    return [fact for fact in examined.facts if isinstance(fact, Source)]


def _given_up(made: sources.Planned) -> sources.Planned:
    reason = "the files would be read differently"
    left = [sources.left_of(one.source, reason) for one in made.pins]
    return sources.Planned([], sorted([*made.left, *left]), made.refused)


def left_of_both(both: Both) -> list[Skipped]:
    """Return everything that stays as it is."""
    return sorted([*both.images.left, *both.sources.left])


def refused_of_both(both: Both) -> list[Skipped]:
    """Return everything that no host told."""
    return sorted([*both.images.refused, *both.sources.refused])
