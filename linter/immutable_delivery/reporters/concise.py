"""One line per finding: `path:line:column: severity policy message`, for editors and grep."""

from __future__ import annotations

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import shown, where
from immutable_delivery.reporters.plain import printable


def render(report: Report, options: Options) -> str:
    """Return the lines."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    return "".join(_line(report, finding) for finding in findings)


def _line(report: Report, finding: Finding) -> str:
    silenced = f" (suppressed: {printable(finding.suppressed)})" if finding.suppressed else ""
    place = where(report, finding.place)
    return f"{place}: {finding.severity} {finding.policy} {printable(finding.message)}{silenced}\n"
