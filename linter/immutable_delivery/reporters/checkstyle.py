"""Checkstyle's XML, which Jenkins, reviewdog and many others read."""

from __future__ import annotations

from itertools import groupby

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import ends_of, marks, shown
from immutable_delivery.reporters.xmltext import Element, child, document
from immutable_delivery.source.text import Text

_SEVERITIES = {"error": "error", "warning": "warning", "note": "info"}


def render(report: Report, options: Options) -> str:
    """Return the findings by file."""
    root = Element("checkstyle", version="4.3")  # of the format, not of imd
    findings = shown(report, include_suppressed=options.include_suppressed)
    for path, group in groupby(findings, lambda finding: finding.place.file):
        file = child(root, "file", name=path)
        for finding in group:
            child(file, "error", **_error(report, finding))
    return document(root)


def _error(report: Report, finding: Finding) -> dict[str, str | int]:
    ends = ends_of(report, finding.place, Text.utf16)
    region = {"line": ends[0].line, "column": ends[0].column} if ends else {"line": 1}
    return {
        **region,
        "severity": _SEVERITIES[finding.severity],
        "message": f"{finding.message}{marks(finding)}",
        "source": f"imd.{finding.policy}",
    }
