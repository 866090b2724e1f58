"""A second state of a repository: only what a change may reach is linked and judged anew, the rest is taken from the first."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Sequence

from immutable_delivery import suppressions
from immutable_delivery.facts import Build, Fact, Unread
from immutable_delivery.findings import Finding
from immutable_delivery.links import lockfile
from immutable_delivery.links.connections import deployers
from immutable_delivery.links.link import Near, Rest
from immutable_delivery.links.localstack import are_compared_alike
from immutable_delivery.links.neighbours import Bonds, alone, around, bonds_of
from immutable_delivery.links.servicenames import keep_their_names
from immutable_delivery.links.services import Key, key_of
from immutable_delivery.pipeline.examined import (
    SILENT,
    Examined,
    Linked,
    Terms,
    Told,
    far_of,
    near_of,
    order,
    tell,
)
from immutable_delivery.policy.congruence import Evidence
from immutable_delivery.policy.engine import in_order
from immutable_delivery.policy.model import Policy
from immutable_delivery.reading.project import Project
from immutable_delivery.reading.units import Reading, Unit
from immutable_delivery.records import Record, asdict, field, replace

Group = Unit | str
"""Files that are read together, or one file of which is known that it is there."""


class Changed(Record, frozen=True):
    """What differs between two states of a repository."""

    contents: Collection[str]
    """The files that hold something else, or that only one of the states has."""
    listing: bool
    """Whether they have other files."""


class Reexaminer(Record):
    """Judges further states of a repository that is known in one."""

    terms: Terms
    _bonds: dict[int, tuple[Reading, Bonds]] = field(default_factory=dict)

    def examined(self, known: Examined, read: Project, changed: Changed) -> Examined | None:
        """Return what is to be known of a state; None where nothing tells what of it the change leaves alone."""
        if self._concerns_all(known, read, changed):
            return None
        bonds, moved = self._groups(known.project, read, changed.contents)
        touched = {path for group in moved for one in bonds[group] for path in one.files}
        if not touched.issuperset(_built_otherwise(known.project.builds, read.builds)):
            return None  # a link to a folder leads elsewhere: nothing in a file has changed
        reached = around(bonds, moved)
        if len(reached) * 2 > len(bonds) or any(
            one.singular for found in bonds.values() for one in found
        ):
            return None
        files = {path for group in reached for one in bonds[group] for path in one.files}
        return _Part(known, read, _Reached(reached, files), self.terms).examined()

    def _concerns_all(self, known: Examined, read: Project, changed: Changed) -> bool:
        """Whether something changed of which no group of files tells."""
        linked = known.linked
        return (
            bool(self.terms.config.suppressions)
            or not linked.contents.isdisjoint(changed.contents)
            or (changed.listing and linked.listing)
            or lockfile.read(read.files) != known.lock
            or _are_entangled(self.terms.policies)
        )

    def _groups(
        self, known: Project, read: Project, contents: Collection[str]
    ) -> tuple[dict[Group, tuple[Bonds, ...]], list[Group]]:
        """Return the groups of both states with their bonds in each, and those that say something else now, or of other texts."""
        bonds: dict[Group, tuple[Bonds, ...]] = {}
        moved: list[Group] = []
        before, after = dict(known.readings), dict(read.readings)
        for unit in before.keys() | after.keys():
            one, other = before.get(unit), after.get(unit)
            same = one is other or one == other
            kept = filter(None, (one, None if same else other))
            bonds[unit] = tuple(self.bonds_of(unit, reading) for reading in kept)
            if not same or any(not one.files.isdisjoint(contents) for one in bonds[unit]):
                moved.append(unit)
        for path in _otherwise_claimed(known, read):
            bonds[path] = (alone(path),)
            moved.append(path)
        return bonds, moved

    def know(self, reading: Reading, bonds: Bonds) -> None:
        """Take the bonds of a group from who knows them."""
        self._bonds[id(reading)] = reading, bonds

    def bonds_of(self, unit: Unit, reading: Reading) -> Bonds:
        """Return the bonds of a group in one state."""
        if id(reading) not in self._bonds:
            troubles = (trouble.path for trouble in reading.troubles)
            paths = (*unit.paths, *troubles, *reading.comments, *reading.problems, *reading.scopes)
            bonds = bonds_of(reading.facts, reading.builds, paths, self.terms.remote)
            self.know(reading, bonds)
        return self._bonds[id(reading)][1]


class _Reached(Record, frozen=True):
    """What a change may reach."""

    groups: Collection[Group]
    files: Collection[str]

    def said(self, project: Project) -> tuple[list[Fact], list[Build]]:
        """Return what it says in a state: facts and builds, not linked."""
        readings = [reading for unit, reading in project.readings if unit in self.groups]
        facts: list[Fact] = [fact for reading in readings for fact in reading.facts]
        facts += (fact for fact in project.claims if fact.used_at.file in self.files)
        return facts, [one for one in project.builds if one.place.file in self.files]


class _Part(Record):
    """What of a state is known from another one, and what these files hold that is not."""

    known: Examined
    read: Project
    reached: _Reached
    terms: Terms

    @property
    def files(self) -> Collection[str]:
        """What is not known."""
        return self.reached.files

    def examined(self) -> Examined | None:
        """Return the rest of what is known together with what these files say."""
        rest = self.known.linked.without(self.files, set(self._keys()))
        own = self._own(rest)
        if own is None:
            return None
        linked = rest.beside(own)
        far = far_of(linked, self.read.files)
        beside = {one.used_at.file for one in _differing(self.known.far, far)} - {*self.files}
        comments = {path: self.read.comments[path] for path in beside & self.read.comments.keys()}
        if suppressions.written(comments, self.read.texts):
            return None
        about = [one for one in far if one.used_at.file in self.files or one.used_at.file in beside]
        told = tell(own.facts, about, self.read, self.terms, {*self.files, *beside})
        joined = self._joined(told, beside)
        return replace(
            self.known,
            project=self.read,
            terms=self.terms,
            linked=linked,
            far=far,
            **asdict(joined),
        )

    def _own(self, rest: Linked) -> Near | None:
        """Return what these files say, linked; None where it changes what others are called, or what they are compared with."""
        facts, builds = self.reached.said(self.read)
        twice = self.known.linked.told_twice and any(one.twice for one in rest.said.values())
        beside = Rest(rest.called, rest.services, twice)
        own = near_of(facts, builds, self.read.files, self.known.lock, self.terms, beside)
        alike = (
            own.told_twice is self.known.linked.told_twice
            and keep_their_names(rest.called, own.called)
            and are_compared_alike(rest.services, own.facts)
        )
        return own if alike else None

    def _keys(self) -> Iterator[Key]:
        """Yield how these files named their services before."""
        facts, builds = self.reached.said(self.known.project)
        yield from filter(None, map(key_of, facts))
        yield from deployers(builds)

    def _joined(self, new: Told, beside: Collection[str]) -> Told:
        """Return what is told of these files, and of those beside them as parts of the whole, with all the rest."""
        old, far = self.known, _of_far(self.terms.policies)

        def stays(policy: str, file: str) -> bool:
            return file not in self.files and not (file in beside and policy in far)

        def joined(known: Iterable[Finding], found: Iterable[Finding]) -> tuple[Finding, ...]:
            every = [one for one in known if stays(one.policy, one.place.file)]
            for one in found:  # few, among many that are in order
                insort(every, one, key=order)
            return tuple(every)

        gone = self._gone()
        services = [*(one for one in old.services if one.name not in gone), *new.services]
        unresolved = [one for one in old.unresolved if stays(one.policy, one.place.file)]
        about = {key: facts for key, facts in old.about.items() if stays(key[0], key[1].file)}
        unknown = {key: names for key, names in old.evidence.unknown.items() if key[0] not in gone}
        silencing = [one for one in old.silencing if one.used_at.file not in self.files]
        return Told(
            findings=joined(old.findings, new.findings),
            suppressed=joined(old.suppressed, new.suppressed),
            disabled=joined(old.disabled, new.disabled),
            services=tuple(sorted(services, key=lambda one: one.name)),
            unresolved=tuple(in_order([*unresolved, *new.unresolved])),
            about=about | dict(new.about),
            evidence=Evidence(
                [one for one in old.evidence.findings if stays(one.policy, one.place.file)]
                + list(new.evidence.findings),
                unknown | dict(new.evidence.unknown),
            ),
            silencing=(*silencing, *new.silencing),
        )

    def _gone(self) -> set[str]:
        """Return the services that these files were part of before."""
        before = self.known.linked.said
        return {name for path in self.files for name in before.get(path, SILENT).services}


def _built_otherwise(before: Iterable[Build], after: Iterable[Build]) -> Iterator[str]:
    """Yield the files that say of a build what they say in only one of two states."""
    one, other = (
        {(build.place, build.dockerfile, build.context) for build in builds}
        for builds in (before, after)
    )
    return (place.file for place, *_ in one ^ other)


def _otherwise_claimed(known: Project, read: Project) -> Iterator[str]:
    """Yield the files that only one state has, or that are read otherwise there."""
    before, after = known.inputs, read.inputs
    for path in before.keys() | after.keys():
        one, other = before.get(path), after.get(path)
        if (
            one is None
            or other is None
            or (one.format, one.skipped) != (other.format, other.skipped)
        ):
            yield path


def _differing(before: Iterable[Fact], after: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the facts that only one of two states has."""
    one, other = ({_identity(fact): fact for fact in facts} for facts in (before, after))
    for key in one.keys() | other.keys():
        if one.get(key) != other.get(key):
            yield from filter(None, (one.get(key), other.get(key)))


def _identity(fact: Fact) -> tuple[object, ...]:
    reason = (fact.subject, fact.reason) if isinstance(fact, Unread) else ()
    return type(fact), fact.used_at, fact.extent, fact.scope.owner, reason


def _of_far(policies: Sequence[Policy]) -> set[str]:
    """Return the policies that judge what is about the repository as a whole."""
    return {one.id for one in policies if any(rule.over in _FAR for rule in one.rules)}


def _are_entangled(policies: Sequence[Policy]) -> bool:
    """Whether what is about the whole and what is about a part are judged by one policy, or make each other superfluous."""
    far = _of_far(policies)
    own = [one for one in policies if one.id in far]
    names = far.union(*({one.group} for one in own))
    return any(one.supersedes or {rule.over for rule in one.rules} - _FAR for one in own) or any(
        not names.isdisjoint(one.supersedes) for one in policies
    )


_FAR = frozenset(("project", "unread"))
