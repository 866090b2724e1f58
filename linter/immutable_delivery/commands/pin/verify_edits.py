"""That an edit changes nothing but digests: the edited files are read again and compared fact by fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from immutable_delivery.commands.pin.plan import Pin, Planned, Revision
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.edits.plan import Plan
from immutable_delivery.facts import (
    Container,
    Contract,
    Contradiction,
    Fact,
    Image,
    Project,
    Service,
    Source,
    Suppression,
    Unread,
    Variable,
)
from immutable_delivery.fixes.second_reading import SecondReaders
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.policy.expressions import values_of
from immutable_delivery.source.files import LinkedFiles, State
from immutable_delivery.source.text import Place

_OF_PINS = {"image", "pin", "evidence"}
"""What a digest changes in the facts about what an image is for."""
_ABOUT_IMAGES = (Container, Contract)
_DERIVED = (Contradiction, Suppression, Service, Project)


class Edited:
    """The files of a repository, some of them edited."""

    def __init__(self, files: LinkedFiles, changed: Mapping[str, bytes]) -> None:
        self._files = files
        self._changed = changed
        self.paths: Sequence[str] = files.paths

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._changed[path] if path in self._changed else self._files.read(path)

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links."""
        return self._files.real(path)

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file."""
        return self._files.state(path)


def edited(repository: Repository, plan: Plan) -> dict[str, bytes]:
    """Return the new bytes of every file that a plan changes."""
    texts = repository.examined.project.texts
    return {path: plan.edited(texts[path]) for path in plan.paths}


def proven(
    repository: Repository, planned: Planned, readers: SecondReaders
) -> tuple[Planned, Examined]:
    """Return what of a plan changes nothing but pins, and the repository as it is then."""
    planned = planned.without(planned.torn)
    while True:
        changed = edited(repository, planned.edits)
        if doubted := _doubted(repository, planned, changed, readers):
            planned = planned.without(doubted)
            continue
        after = repository.again(Edited(repository.tree.files, changed))
        faulty = _faulty(repository.examined, after, planned)
        if not faulty:
            return planned, after
        planned = planned.without(faulty)


def _doubted(
    repository: Repository, planned: Planned, changed: Mapping[str, bytes], readers: SecondReaders
) -> dict[Place, str]:
    """Return the edits of files that a second reader would read in another way."""
    sheet = repository.sheet
    reasons = readers.refusals(planned.edits, changed, sheet.texts, sheet.formats)
    return {
        pin.at: reasons[edit.place.file]
        for pin in planned.every
        for edit in pin.edits
        if edit.place.file in reasons
    }


def _faulty(before: Examined, after: Examined, planned: Planned) -> dict[Place, str]:
    """Return the edits that change more than a pin, each with what else it changes."""
    old, new = _facts(before), _facts(after)
    if [type(one) for one in old] != [type(one) for one in new]:
        return _all(planned, "the files would be read differently")
    wanted = {_key(pin.image): pin for pin in planned.pins}
    revised = {_key(one.source): one for one in planned.revisions}
    found: dict[Place, str] = {}
    for one, other in zip(old, new, strict=True):
        revision = revised.get(_key(one)) if isinstance(one, Source) else None
        if revision is not None and isinstance(other, Source):
            found |= _moved(revision, other)
        elif isinstance(one, Image) and isinstance(other, Image):
            found |= _misled(wanted.get(_key(one)), one, other, planned)
        elif not _same(one, other):
            found |= _blamed(planned, one, other)
    return found


def _facts(examined: Examined) -> list[Fact]:
    sources = {fact.used_at for fact in examined.facts if isinstance(fact, Source)}
    return [
        fact
        for fact in examined.facts
        if not isinstance(fact, _DERIVED)
        and not (
            isinstance(fact, Unread) and fact.used_at in sources
        )  # said of a source by its pin
    ]


def _key(fact: Image | Source) -> tuple[Place, str]:
    return fact.used_at, fact.text if isinstance(fact, Image) else fact.url or ""


def _moved(revision: Revision, other: Source) -> dict[Place, str]:
    """Return what makes a source another one than is meant: the same at its commit or digest."""
    good = other.url == revision.source.url and (other.ref or "") == revision.digest
    return {} if good else {revision.at: "a commit or digest would not reach it"}


def _misled(pin: Pin | None, image: Image, other: Image, planned: Planned) -> dict[Place, str]:
    """Return what makes a reference another one than is meant: the same with its digest, or just the same."""
    if pin is None:
        return {} if image.text == other.text else _blamed(planned, image, other)
    good = other.name == image.name and other.digest == pin.digest
    return {} if good else {pin.at: "a digest would not reach it"}


def _same(fact: Fact, other: Fact) -> bool:
    old, new = values_of(fact), values_of(other)
    if isinstance(fact, Variable) and fact.variable_type == "arg":
        return True  # by itself it decides nothing; what uses it is compared
    if isinstance(fact, _ABOUT_IMAGES):
        old = {name: value for name, value in old.items() if name not in _OF_PINS}
        new = {name: value for name, value in new.items() if name not in _OF_PINS}
    return old == new


def _blamed(planned: Planned, one: Fact, other: Fact) -> dict[Place, str]:
    """Return the edits whose digest has come into a fact; all of the file where none has."""
    reason = f"its value also decides what stands in {one.used_at.file}"
    new = repr(values_of(other))
    ways = (
        lambda pin: pin.digest in new,
        lambda pin: pin.at.file == one.used_at.file,
        lambda _pin: True,
    )
    for guilty in ways:
        if blamed := {pin.at: reason for pin in planned.every if guilty(pin)}:
            return blamed
    return {}


def _all(planned: Planned, reason: str) -> dict[Place, str]:
    return {pin.at: reason for pin in planned.every}
