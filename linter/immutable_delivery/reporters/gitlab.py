"""GitLab's Code Quality report: the subset of Code Climate's format that merge requests show."""

from __future__ import annotations

from typing import Any

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.reporters.located import ends_of, marks, shown
from immutable_delivery.reporters.plain import printable
from immutable_delivery.source.text import Text

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render(report: Report, options: Options) -> str:
    """Return the list of issues."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    return document([_issue(report, finding) for finding in findings])


def _issue(report: Report, finding: Finding) -> dict[str, Any]:
    ends = ends_of(report, finding.place, Text.position)
    begin, end = (ends[0].line, ends[1].line) if ends else (1, 1)
    return {
        "description": f"{printable(finding.message)}{marks(finding)}",
        "check_name": finding.policy,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.place.file, "lines": {"begin": begin, "end": end}},
    }
