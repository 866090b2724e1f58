"""Whether a report makes a run fail."""

from __future__ import annotations

from immutable_delivery.config import FailOn
from immutable_delivery.findings import Finding, Report, rank


def fails(report: Report, fail_on: FailOn) -> bool:
    """Whether a finding is at or above ``fail_on``; a file that cannot be read always is."""
    return any(
        finding.policy == "unreadable" or _reaches(finding, fail_on) for finding in report.findings
    )


def _reaches(finding: Finding, fail_on: FailOn) -> bool:
    if fail_on == "divergent":
        return finding.drift == "divergent"
    if fail_on == "convergent":
        return finding.drift != "none"
    return rank(finding.severity) <= rank(fail_on)
