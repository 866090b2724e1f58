"""Bitbucket's Code Insights: the requests of a report beside the pull request, one a line, as `METHOD PATH JSON`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from immutable_delivery.findings import Finding, Report
from immutable_delivery.policy.gate import fails
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import compact
from immutable_delivery.reporters.located import counts, ends_of, marks, shown, worst_first
from immutable_delivery.reporters.plain import count, printable
from immutable_delivery.source.text import Text

MOST, AT_ONCE = 1_000, 100
"""Annotations of a report, and of a request."""
_MOST_SUMMARY, _MOST_DETAILS = 450, 2_000
_SEVERITIES = {"error": "HIGH", "warning": "MEDIUM", "note": "LOW"}
_PATH = "/reports/imd"


def render(report: Report, options: Options) -> str:
    """Return the lines; paths go behind those of the commit."""
    return rendered(report, options)[0]


def rendered(report: Report, options: Options) -> tuple[str, list[str]]:
    """Return the lines, and what Bitbucket takes no more of."""
    findings = worst_first(shown(report, include_suppressed=options.include_suppressed))
    kept = findings[:MOST]
    gone = len(findings) - len(kept)
    lines = [f"PUT {_PATH} {compact(_report(report, findings))}"]
    for start in range(0, len(kept), AT_ONCE):
        some = [_annotation(report, one) for one in kept[start : start + AT_ONCE]]
        lines.append(f"POST {_PATH}/annotations {compact(some)}")
    return "".join(lines), [f"{count(gone, 'finding')} more than a report takes"] if gone else []


def _report(report: Report, findings: list[Finding]) -> dict[str, Any]:
    return {
        "title": "immutable delivery",
        "details": f"imd: {counts(findings)}",
        "report_type": "BUG",
        "reporter": "imd",
        "result": "FAILED" if fails(report) else "PASSED",
    }


def _annotation(report: Report, finding: Finding) -> dict[str, Any]:
    message = f"{printable(finding.message)}{marks(finding)}"
    rule = report.rules.get(finding.policy)
    return {
        "external_id": finding.fingerprint,
        "title": finding.policy,
        "annotation_type": "CODE_SMELL",
        "severity": _SEVERITIES[finding.severity],
        "summary": message[:_MOST_SUMMARY],
        "details": message[:_MOST_DETAILS],
        "path": finding.place.file,
        **dict(_line(report, finding)),
        **({"link": rule.url} if rule and rule.url else {}),
    }


def _line(report: Report, finding: Finding) -> Iterator[tuple[str, int]]:
    ends = ends_of(report, finding.place, Text.position)
    if ends:
        yield "line", ends[0].line
