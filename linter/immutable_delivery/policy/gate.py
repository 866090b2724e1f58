"""What makes a run fail."""

from __future__ import annotations

from typing import Literal

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
    if fail_on == "divergent" or fail_on == "convergent" or fail_on == "moving":  # noqa: PLR1714 (mypy narrows only so)
        return finding.severity != "note" and _reaches(finding, fail_on)
    return rank(finding.severity) <= rank(fail_on)


def _reaches(finding: Finding, word: Literal["divergent", "convergent", "moving"]) -> bool:
    """Whether a finding makes what runs, or what builds it, at least that bad."""
    if word == "divergent":
        return finding.drift == "divergent"
    return finding.drift != "none" and ("builds" if word == "moving" else "runs") in finding.parts
