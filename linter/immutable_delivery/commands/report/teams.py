"""Who should act first: what drifts and what is found, by owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from immutable_delivery.commands.report.overview import ServiceRow, Team, Told


def teams(services: Iterable[ServiceRow], findings: Iterable[Told]) -> tuple[Team, ...]:
    """Return the owners of services and findings, the one with most to do first; what several own counts for each."""
    words = Counter((owner, row.runs) for row in services for owner in row.owners or ("",))
    severities = Counter((owner, one.severity) for one in findings for owner in one.owners or ("",))
    names = {name for name, _ in words | severities}
    if names <= {""}:
        return ()
    found = [
        Team(
            name=name,
            divergent=words[name, "divergent"],
            convergent=words[name, "convergent"],
            errors=severities[name, "error"],
            warnings=severities[name, "warning"],
        )
        for name in names
    ]
    return tuple(sorted(found, key=need))


def need(team: Team) -> tuple[int, int, int, int, str]:
    """Return what sorts those first who have most to do."""
    return -team.divergent, -team.errors, -team.convergent, -team.warnings, team.name
