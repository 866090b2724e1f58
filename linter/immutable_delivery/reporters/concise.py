"""One line per finding: `path:line:column: severity policy message`, for editors and grep."""

from __future__ import annotations

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import marks, shown, where
from immutable_delivery.reporters.plain import inert, printable


def render(report: Report, options: Options) -> str:
    """Return the lines."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    return inert("".join(f"{line(report, finding)}\n" for finding in findings))


def line(report: Report, finding: Finding) -> str:
    """Return a finding in one line."""
    says = f"{finding.severity} {finding.policy} {printable(finding.message)}"
    return f"{where(report, finding.place)}: {says}{marks(finding)}"
