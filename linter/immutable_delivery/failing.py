"""What makes a run fail."""

from __future__ import annotations

from immutable_delivery.findings import FailOn, Finding, Report, rank


def fails(report: Report) -> bool:
    """Whether any of the findings makes the run fail."""
    return any(breaks(finding, report.fail_on) for finding in report.findings)


def breaks(finding: Finding, fail_on: FailOn | None) -> bool:
    """Whether a finding is at or above ``fail_on``; a file that cannot be read always is, unless nothing may fail."""
    if fail_on is None or finding.suppressed:
        return False
    if finding.policy == "unreadable":
        return True
    if fail_on == "divergent":
        return finding.drift == "divergent"
    if fail_on == "convergent":
        return finding.drift != "none"
    return rank(finding.severity) <= rank(fail_on)
