"""Where each service stands: what it runs, on Traugott's scale, and what builds it.

Source: Steve Traugott and Lance Brown, "Why Order Matters: Turing Equivalence in Automated Systems Administration", LISA 2002.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from immutable_delivery.facts import Contract, Fact, Image, Service, Unread
from immutable_delivery.findings import (
    BUILDS,
    RUNS,
    Builds,
    Drift,
    Finding,
    Part,
    Runs,
    ServiceReport,
    Worsened,
    rank,
)
from immutable_delivery.records import Record, field

Key: TypeAlias = tuple[str, Part]
"""A service, and which part of it."""


class Evidence(Record, frozen=True):
    """What decides the classes of services, whatever a run selects, suppresses or knows already."""

    findings: Sequence[Finding] = ()
    """Those of errors and warnings that drift, each about one part."""
    unknown: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    """The values that could not be known."""


def part_of(fact: Fact, drift: Drift) -> Part:
    """Return what of its service a pattern is about: what changes in place runs, wherever it is written."""
    named = isinstance(fact, Contract | Service) or (
        isinstance(fact, Image) and fact.role == "contract"
    )
    built = fact.scope.phase in {"build", "pipeline"}
    return "builds" if built and not named and drift != "divergent" else "runs"


def classes(
    services: Iterable[Service], evidence: Evidence, unread: Iterable[Unread] = ()
) -> list[ServiceReport]:
    """Return the class of every service: the worst drift of each part decides."""
    found: dict[Key, list[Finding]] = {}
    for finding in evidence.findings:
        for key in _keys(finding):
            found.setdefault(key, []).append(finding)
    hidden = {key: set(names) for key, names in evidence.unknown.items()}
    for fact in unread:
        for name in fact.scope.services if fact.scope.shipped else ():
            key = name, part_of(fact, "none")
            hidden.setdefault(key, set()).add(_unread(fact))
    return [
        _report(service, found, hidden) for service in sorted(services, key=lambda one: one.name)
    ]


def _unread(fact: Unread) -> str:
    return "what builds it" if fact.subject == "build" else f"what {fact.subject} does"


def worse(now: Iterable[ServiceReport], before: Iterable[ServiceReport]) -> tuple[Worsened, ...]:
    """Return the services of which a part is worse now."""
    known = {service.name: service for service in before}
    return tuple(
        found
        for service_report in now
        for found in _worse(service_report, known[service_report.name])
    )


def _worse(now: ServiceReport, before: ServiceReport) -> Iterator[Worsened]:
    if RUNS.index(now.runs) < RUNS.index(before.runs):
        yield Worsened(now.name, now.runs, "runs")
    if BUILDS.index(now.builds) < BUILDS.index(before.builds):
        yield Worsened(now.name, now.builds, "builds")


def _keys(finding: Finding) -> list[Key]:
    return [(name, part) for name in finding.services for part in finding.parts]


def _report(
    service: Service, found: Mapping[Key, list[Finding]], hidden: Mapping[Key, set[str]]
) -> ServiceReport:
    run: Key = (service.name, "runs")
    build: Key = (service.name, "builds")
    runs_by = _worst(found.get(run, ())) if service.runs else None
    builds_by = _worst(found.get(build, ())) if service.builds else None
    unrun = hidden.get(run, set()) if service.runs and not runs_by else set()
    unbuilt = hidden.get(build, set()) if service.builds and not builds_by else set()
    return ServiceReport(
        name=service.name, place=service.used_at, environments=service.scope.environments,
        runs=_runs(service, runs_by, unrun), runs_by=runs_by,
        builds=_builds(service, builds_by, unbuilt), builds_by=builds_by,
        unknown=tuple(sorted(unrun | unbuilt)),
        makes=tuple(sorted({name for made in service.makes for name in made.images})),
        images=service.references,
    )  # fmt: skip


def _worst(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that decides: of the worst drift, rather one that this run reports."""

    def order(finding: Finding) -> tuple[object, ...]:
        return (
            finding.drift != "divergent",
            not finding.enabled,
            rank(finding.severity),
            finding.place,
            finding.policy,
        )

    return min(findings, key=order, default=None)


def _runs(service: Service, worst: Finding | None, hidden: Iterable[str]) -> Runs:
    if not service.runs:
        return "not run here"
    if worst is not None:
        return "divergent" if worst.drift == "divergent" else "convergent"
    return "undetermined" if hidden else "congruent"


def _builds(service: Service, worst: Finding | None, hidden: Iterable[str]) -> Builds:
    if not service.builds:
        return "not built here"
    if worst is not None:
        return "moving"
    return "undetermined" if hidden else "repeatable"
