"""What is known of one state of a repository: its facts linked, judged, and silenced where somebody says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from immutable_delivery import suppressions
from immutable_delivery.config import Config
from immutable_delivery.context import TRUSTED, Comment, ReadingSettings, Trust
from immutable_delivery.facts import Build, Fact, Image, Service, Source, Suppression, Unread
from immutable_delivery.facts import Project as Pinned
from immutable_delivery.findings import Finding, ServiceReport, Unresolved
from immutable_delivery.links import lockfile
from immutable_delivery.links.link import (
    ALL,
    Near,
    Recall,
    Remote,
    Rest,
    is_told_of_twice,
    link_far,
    link_near,
    unknown,
)
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.links.services import Called, Key
from immutable_delivery.policy.congruence import Evidence, classes
from immutable_delivery.policy.engine import judge
from immutable_delivery.policy.fingerprints import fingerprinted
from immutable_delivery.policy.model import Policy
from immutable_delivery.reading.project import Project
from immutable_delivery.records import Record, asdict, replace
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Place
from immutable_delivery.suppressions.trivyignore import Entry

if TYPE_CHECKING:
    from immutable_delivery.links.migrations import Asked

T = TypeVar("T")

FAR: Final = (Pinned, Unread)
"""Facts about the repository as a whole: what one of them says depends on all the others."""


class Terms(Record, frozen=True):
    """By what facts are linked and judged, whatever state of the repository they are of."""

    policies: Sequence[Policy]
    config: Config
    today: date
    trust: Trust = TRUSTED
    """Where words are not trusted, neither comments nor what is ``ignored`` for others silence anything."""
    ignored: Sequence[Entry] = ()
    remote: Remote = unknown
    recall: Recall | None = None
    asked: Asked | None = None


class Told(Record, frozen=True, kw_only=True):
    """What policies say of some facts."""

    findings: tuple[Finding, ...]
    """What this run would report, whatever paths and changes it is limited to."""
    suppressed: tuple[Finding, ...]
    disabled: tuple[Finding, ...]
    """What another profile or selection would report."""
    services: tuple[ServiceReport, ...]
    unresolved: tuple[Unresolved, ...]
    about: Mapping[tuple[str, Place], Sequence[Fact]]
    """What the findings are about, by policy and place."""
    evidence: Evidence
    """What decides the classes of the services."""
    silencing: tuple[Suppression, ...]


class Said(Record, frozen=True, array_like=True):
    """What the facts of one file add up to."""

    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    """Those that it reaches; a service reaches what all its files reach."""
    evidence: tuple[str, ...] = ()
    """What names those."""
    development: tuple[bool, ...] = ()
    """Whether what it deploys is for development."""
    speaks: bool = False
    """Whether it holds more than what services are made of."""
    twice: bool = False
    """Whether another file may speak of the same service."""

    @classmethod
    def of(cls, facts: Sequence[Fact], *, twice: bool = False) -> Said:
        """Return what facts of one file add up to."""
        here = [one.scope for one in facts if not isinstance(one, Service)]
        return cls(
            _united(one.scope.services for one in facts),
            _united(scope.environments for scope in here),
            _united(scope.evidence for scope in here),
            tuple({one.scope.development for one in facts if one.scope.deployed}),
            bool(here),
            twice,
        )

    def beside(self, other: Said) -> Said:
        """Return what both add up to."""
        return Said(
            _united((self.services, other.services)),
            _united((self.environments, other.environments)),
            _united((self.evidence, other.evidence)),
            tuple({*self.development, *other.development}),
            self.speaks or other.speaks,
            self.twice or other.twice,
        )


SILENT: Final = Said()


def _united(words: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return all words once, in their order."""
    return tuple(dict.fromkeys(chain.from_iterable(words)))


class Linked(Record, frozen=True):
    """Facts linked with each other, but for those about the repository as a whole."""

    by_file: Mapping[str, Sequence[Fact]] | None
    """None where an earlier run has linked them: who asks for them links them again."""
    said: Mapping[str, Said]
    """What those of each file add up to."""
    services: Sequence[Service]
    telling: Sequence[Unread | Source | Image]
    """Those that tell something of the whole."""
    called: Sequence[Called]
    """What the services are called."""
    told_twice: bool
    """Whether two files may speak of one service."""
    contents: frozenset[str]
    """The files that were read for it, but for those that the facts stand in."""
    listing: bool
    """Whether it depends on which files there are."""
    history: bool
    """Whether it depends on what the repository was before."""

    @classmethod
    def of(cls, near: Near) -> Linked:
        """Return linked facts by what is asked of them."""
        by_file: dict[str, list[Fact]] = defaultdict(list)
        for fact in near.facts:
            by_file[fact.used_at.file].append(fact)
        return cls(
            by_file=dict(by_file),
            said={
                path: Said.of([*without_far(facts)], twice=is_told_of_twice(facts))
                for path, facts in by_file.items()
            },
            services=[fact for fact in near.facts if isinstance(fact, Service)],
            telling=[fact for fact in near.facts if isinstance(fact, Unread | Source | Image)],
            called=near.called, told_twice=near.told_twice, contents=near.contents, listing=near.listing,
            history=near.history,
        )  # fmt: skip

    def without(self, files: Collection[str], keys: Collection[Key]) -> Linked:
        """Return what does not stand in these files, and the services that have none of these keys."""
        return replace(
            self,
            by_file=None if self.by_file is None else _outside(files, self.by_file),
            said=_outside(files, self.said),
            services=[one for one in self.services if one.used_at.file not in files],
            telling=[one for one in self.telling if one.used_at.file not in files],
            called=[one for one in self.called if one.keys.isdisjoint(keys)],
        )

    def beside(self, near: Near) -> Linked:
        """Return what is linked already and what is beside it."""
        own = Linked.of(near)
        by_file, said = self.by_file, dict(self.said)
        for path, one in own.said.items():
            said[path] = said[path].beside(one) if path in said else one
        if by_file is not None and own.by_file is not None:
            by_file = dict(by_file)
            for path, facts in own.by_file.items():
                by_file[path] = [*by_file.get(path, ()), *facts]
        return Linked(
            by_file,
            said,
            [*self.services, *own.services],
            [*self.telling, *own.telling],
            [*self.called, *own.called],
            own.told_twice,
            self.contents | own.contents,
            self.listing or own.listing,
            self.history or own.history,
        )


def _outside(files: Collection[str], held: Mapping[str, T]) -> dict[str, T]:
    """Return what is held of other files than these."""
    return {path: one for path, one in held.items() if path not in files}


class Examined(Told, frozen=True, kw_only=True, dict=True):
    """Everything that is known of one state of a repository, before anybody asks for a part of it."""

    project: Project
    terms: Terms
    lock: Lock
    """What registries said of the images, as far as the repository keeps it."""
    linked: Linked
    far: tuple[Pinned | Unread, ...]
    """Those about the repository as a whole."""
    comments: int = 0
    """How many ignore comments were not honoured."""

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """All facts, linked; the suppressions among them."""
        by_file = self.linked.by_file
        near = self._again() if by_file is None else chain.from_iterable(by_file.values())
        return (*without_far(near), *self.far, *self.silencing)

    def _again(self) -> Sequence[Fact]:
        """Link all facts again: an earlier run has kept what is said of them, not themselves."""
        read = self.project
        return near_of(read.facts, read.builds, read.files, self.lock, self.terms).facts

    def telling_of(self, findings: Iterable[Finding]) -> Examined:
        """Return this with the facts that these findings are about: those that an earlier run has found are judged again."""
        told = self.linked.by_file is not None or all(
            (one.policy, one.place) in self.about for one in findings
        )
        return self if told else replace(self, about=examined(self.project, self.terms).about)

    @cached_property
    def said(self) -> Mapping[str, Said]:
        """What all facts of each file add up to."""
        late: dict[str, list[Fact]] = defaultdict(list)
        for fact in (*self.far, *self.silencing):
            late[fact.used_at.file].append(fact)
        found = dict(self.linked.said)
        for path, facts in late.items():
            found[path] = found.get(path, SILENT).beside(Said.of(facts))
        return found


def examined(read: Project, terms: Terms) -> Examined:
    """Link and judge all that was read of a repository."""
    lock = lockfile.read(read.files)
    near = near_of(read.facts, read.builds, read.files, lock, terms)
    linked = Linked.of(near)
    far = far_of(linked, read.files)
    trusted = terms.trust.words
    return Examined(
        project=read, terms=terms, lock=lock, linked=linked, far=far,
        **asdict(tell(near.facts, far, read, terms, read.inputs.keys())),
        comments=0 if trusted else suppressions.written(read.comments, read.texts, terms.ignored),
    )  # fmt: skip


def near_of(
    facts: Sequence[Fact],
    builds: Sequence[Build],
    files: Files,
    lock: Lock,
    terms: Terms,
    rest: Rest = ALL,
) -> Near:
    """Link facts with each other."""
    settings = reading_settings(terms.config)
    return link_near(
        facts, builds, files, lock, settings, terms.trust, terms.remote, terms.recall, terms.asked, rest
    )  # fmt: skip


def far_of(linked: Linked, files: Files) -> tuple[Pinned | Unread, ...]:
    """Return what linked facts tell of the repository as a whole."""
    return tuple(one for one in link_far(linked.telling, files) if isinstance(one, FAR))


def without_far(facts: Iterable[Fact]) -> Iterable[Fact]:
    """Yield the facts that say what they say whatever else the repository holds."""
    return (one for one in facts if not isinstance(one, FAR))


def tell(
    near: Sequence[Fact],
    far: Sequence[Fact],
    read: Project,
    terms: Terms,
    files: Collection[str],
) -> Told:
    """Judge facts, and silence what the comments of these files silence."""
    facts = [*without_far(near), *far]
    policies, selection = terms.policies, terms.config.selection
    by_id = {policy.id: policy for policy in policies}
    judgement = judge(facts, policies, selection)
    outcome = suppressions.apply(
        judgement.findings, _comments(read, terms, files), terms.config,
        today=terms.today, policies=by_id, ran=by_id, texts=read.texts,
        files=sorted(path for path in files if path in read.inputs),
        ignored=terms.ignored if terms.trust.words else (),
    )  # fmt: skip
    meta = judge(outcome.facts, policies, selection)
    findings = ordered([*outcome.kept, *meta.findings])
    unread = [fact for fact in facts if isinstance(fact, Unread)]
    services = [fact for fact in facts if isinstance(fact, Service)]
    return Told(
        findings=fingerprinted([one for one in findings if one.enabled], read.texts),
        disabled=tuple(one for one in findings if not one.enabled),
        suppressed=fingerprinted([one for one in outcome.suppressed if one.enabled], read.texts),
        services=tuple(classes(services, judgement.evidence, unread)),
        unresolved=tuple(judgement.unresolved),
        about={**judgement.facts, **meta.facts},
        evidence=judgement.evidence,
        silencing=outcome.facts,
    )


def _comments(
    read: Project, terms: Terms, files: Collection[str]
) -> Mapping[str, Sequence[Comment]]:
    if not terms.trust.words:
        return {}
    return {path: found for path, found in read.comments.items() if path in files}


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of their places."""
    return sorted(findings, key=order)


def order(finding: Finding) -> tuple[Place, str]:
    """Return what findings are ordered by."""
    return finding.place, finding.policy


def reading_settings(config: Config) -> ReadingSettings:
    """Return the part of the configuration that concerns reading."""
    formats, arguments = config.paths.formats, config.build_args
    return ReadingSettings(config.environments, config.tables, formats, build_args=arguments)
