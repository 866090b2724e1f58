"""From one run to what a report shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from immutable_delivery.commands.report.forge import Forge
from immutable_delivery.commands.report.measures import measures
from immutable_delivery.commands.report.overview import (
    Base,
    Overview,
    Point,
    Ran,
    ServiceRow,
    Spot,
    Told,
    Tool,
)
from immutable_delivery.commands.report.owners import Owners
from immutable_delivery.commands.report.teams import teams
from immutable_delivery.commands.report.trend import Revision
from immutable_delivery.facts import Fact, Image, Service
from immutable_delivery.findings import Finding, Report, ServiceReport, Unresolved
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place, Span, Text

_BADNESS = ("divergent", "convergent", "undetermined", "congruent", "not run here")
_NOWHERE = Place("", Span(0, 0))


class Material(Record, frozen=True, kw_only=True):
    """What a report is made of."""

    report: Report
    facts: tuple[Fact, ...]
    texts: Mapping[str, Text]
    """Of every file that a place is in."""
    owners: Owners
    root: Path
    moves: tuple[Revision, ...] = ()
    trend: tuple[Point, ...] = ()


def overview_of(material: Material) -> Overview:
    """Return what a report shows; the worst services and findings first."""
    report, told = material.report, _Telling(material)
    services = sorted(map(told.service, report.services), key=_order)
    findings = tuple(map(told.finding, report.findings))
    return Overview(
        title=told.forge.title or material.root.name,
        revision=report.revision,
        url=told.forge.commit(report.revision) if report.revision else "",
        branch=report.branch,
        day=report.day,
        tool=Tool(report.version),
        services=tuple(services),
        environments=_environments(services),
        findings=findings,
        teams=teams(services, findings),
        measures=measures(material.facts, services, material.moves, told),
        bases=_bases(material.facts),
        trend=tuple(replace(one, url=told.forge.commit(one.revision)) for one in material.trend),
        judged=sum(bool(one.format and not one.skipped) for one in report.files),
        left=sum(bool(one.format and one.skipped) for one in report.files),
        notices=report.notices,
    )


def _bases(facts: Iterable[Fact]) -> tuple[Base, ...]:
    images = (
        one
        for one in facts
        if isinstance(one, Image) and one.role == "base" and one.name and not one.built_here
    )
    return tuple(sorted({Base(one.name or "", one.tag or "", one.digest or "") for one in images}))


def _order(row: ServiceRow) -> tuple[int, bool, str]:
    return _BADNESS.index(row.runs), row.builds != "moving", row.name


def _environments(services: Iterable[ServiceRow]) -> tuple[str, ...]:
    """Return all environments; each service has its own in order, and what nobody names is the last."""
    longest = sorted(services, key=lambda row: -len({ran.environment for ran in row.ran}))
    found = dict.fromkeys(ran.environment for row in longest for ran in row.ran)
    return tuple(sorted(found, key=lambda name: not name))


class _Telling:
    """Tells places, commits, findings and services for people."""

    def __init__(self, material: Material) -> None:
        self._report, self._owners, self._texts = material.report, material.owners, material.texts
        self._facts = {one.name: one for one in material.facts if isinstance(one, Service)}
        self._unresolved = _by_owner(material.report)
        self.forge = Forge.of(material.report.repository, material.report.revision)

    def spot(self, place: Place) -> Spot:
        """Return the line of a place."""
        text = self._texts.get(place.file)
        line = text.line_of(place.span.start) if text is not None else 0
        return Spot(place.file, line, self.forge.line(place.file, line))

    def commit(self, one: Revision) -> Spot:
        """Return a commit by its day."""
        return Spot(f"{one.day} {one.commit[:10]}", 0, self.forge.commit(one.commit))

    def finding(self, one: Finding) -> Told:
        """Return a finding with its place and its owners."""
        rule = self._report.rules.get(one.policy)
        return Told(
            one.policy, one.severity, one.drift, one.layer, one.message or (rule.name if rule else ""), self.spot(one.place),
            self._owners.of(one.place.file), one.services, rule.url if rule else "",
        )  # fmt: skip

    def service(self, one: ServiceReport) -> ServiceRow:
        """Return a service with what each environment runs of it."""
        fact = self._facts.get(one.name, Service(used_at=_NOWHERE, extent=_NOWHERE))
        files = [ran.place.file for ran in fact.images] + ([one.place.file] if one.place else [])
        owners = dict.fromkeys(owner for file in files for owner in self._owners.of(file))
        return ServiceRow(
            name=one.name, runs=one.runs, builds=one.builds, unknown=one.unknown, unknown_at=self._lacks(one),
            runs_by=self.finding(one.runs_by) if one.runs_by else None,
            builds_by=self.finding(one.builds_by) if one.builds_by else None,
            start=_start(fact),
            at=self.spot(one.place) if one.place else None,
            contract=fact.contract,
            makes=tuple(dict.fromkeys(name for made in fact.makes for name in made.images)),
            owners=tuple(owners),
            ran=tuple(Ran(ran.environment, ran.image, ran.digest, self.spot(ran.place), ran.name) for ran in fact.images),
        )  # fmt: skip

    def _lacks(self, one: ServiceReport) -> tuple[Spot, ...]:
        """Return where values are missing that leave a word of the service open."""
        hidden = set(one.unknown)
        missing = (
            at for at in self._unresolved.get(one.name, ()) if not hidden.isdisjoint(at.fields)
        )
        return tuple(sorted({self.spot(at.place) for at in missing}))


def _by_owner(report: Report) -> Mapping[str, list[Unresolved]]:
    found: dict[str, list[Unresolved]] = {}
    for one in report.unresolved:
        found.setdefault(one.owner, []).append(one)
    return found


def _start(service: Service) -> str:
    """Return the one start command that everybody states, empty where there are several, or a part of it is unknown."""
    stated = {one.text for one in service.commands}
    whole = all(one.whole for one in service.commands)
    return stated.pop() if len(stated) == 1 and whole else ""
