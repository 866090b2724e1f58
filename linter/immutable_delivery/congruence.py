"""Where each service stands on Traugott's scale: divergent, convergent, undetermined or congruent.

Source: Steve Traugott and Lance Brown, "Why Order Matters: Turing Equivalence in Automated Systems Administration", LISA 2002.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from immutable_delivery.facts import Service, Unread
from immutable_delivery.findings import Finding, ServiceClass, ServiceReport, Unresolved, rank

SCALE: tuple[ServiceClass, ...] = ("divergent", "convergent", "undetermined", "congruent")
"""Worst first."""


def classes(
    services: Iterable[Service],
    findings: Sequence[Finding],
    unresolved: Sequence[Unresolved],
    unread: Iterable[Unread] = (),
) -> list[ServiceReport]:
    """Return the class of every service: the worst drift in it decides, whatever the run reports."""
    by_service: dict[str, list[Finding]] = {}
    for finding in findings:
        for name in finding.services:
            by_service.setdefault(name, []).append(finding)
    hidden: dict[str, set[str]] = {}
    for one in unresolved:
        hidden.setdefault(one.owner, set()).update(one.fields)
    for fact in unread:
        for name in fact.scope.services if fact.scope.shipped else ():
            hidden.setdefault(name, set()).add(f"what {fact.subject} does")
    return [
        _report(service, by_service.get(service.name, []), sorted(hidden.get(service.name, ())))
        for service in sorted(services, key=lambda service: service.name)
    ]


def worse(now: Iterable[ServiceReport], before: Iterable[ServiceReport]) -> tuple[str, ...]:
    """Return the services whose class is worse now."""
    known = {service.name: SCALE.index(service.verdict) for service in before}
    return tuple(one.name for one in now if SCALE.index(one.verdict) < known[one.name])


def _report(service: Service, findings: Sequence[Finding], unknown: Sequence[str]) -> ServiceReport:
    for verdict in SCALE[:2]:
        deciding = [one for one in findings if one.drift == verdict and not one.unknown]
        if deciding:
            worst = min(
                deciding, key=lambda f: (not f.enabled, rank(f.severity), f.place, f.policy)
            )
            return _of(service, verdict, decided_by=worst)
    open_ones = unknown or any(finding.unknown for finding in findings)
    return _of(service, "undetermined" if open_ones else "congruent", unknown=tuple(unknown))


def _of(
    service: Service,
    verdict: ServiceClass,
    decided_by: Finding | None = None,
    unknown: tuple[str, ...] = (),
) -> ServiceReport:
    return ServiceReport(
        name=service.name, verdict=verdict, environments=service.scope.environments,
        decided_by=decided_by, unknown=unknown, place=service.used_at,
    )  # fmt: skip
