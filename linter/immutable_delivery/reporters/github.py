"""GitHub's workflow commands: annotations on the lines of a pull request, as many as GitHub shows, and the rest as lines."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.findings import SEVERITIES, Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.concise import line
from immutable_delivery.reporters.located import counts, ends_of, marks, shown, worst
from immutable_delivery.reporters.plain import inert, printable, visible
from immutable_delivery.source.text import Text

SHOWN_PER_KIND = 10
"""GitHub drops what a step says beyond this, without a word."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({":": "%3A", ",": "%2C"})}


def render(report: Report, options: Options) -> str:
    """Return the commands, the worst ten of a kind, the other findings in a group, and what there is in all; of a clean change nothing."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    if report.only_new and not findings:
        return ""
    kinds = [[one for one in findings if one.severity == severity] for severity in SEVERITIES]
    annotated = [finding for kind in kinds for finding in worst(kind, SHOWN_PER_KIND)]
    names = {id(finding) for finding in annotated}
    others = [finding for finding in findings if id(finding) not in names]
    lines = [
        *(_command(report, finding) for finding in annotated),
        *_listed(report, others),
        f"imd: {counts(findings)}",
    ]
    return "\n".join(lines) + "\n"


def _listed(report: Report, findings: list[Finding]) -> list[str]:
    if not findings:
        return []
    head = f"::group::imd: {len(findings):,} more, not annotated (GitHub shows {SHOWN_PER_KIND} of a kind)"
    return [head, *(inert(line(report, finding)) for finding in findings), "::endgroup::"]


def _command(report: Report, finding: Finding) -> str:
    properties = {
        "file": visible(finding.place.file),
        **_region(report, finding),
        "title": finding.policy,
    }
    written = ",".join(
        f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items()
    )
    message = f"{printable(finding.message)}{marks(finding)}".translate(_DATA)
    return f"::{_COMMANDS[finding.severity]} {written}::{message}"


def _region(report: Report, finding: Finding) -> Mapping[str, int]:
    ends = ends_of(report, finding.place, Text.utf16)
    if ends is None:
        return {}
    start, end = ends
    region = {"line": start.line, "endLine": end.line}
    if end.line > start.line:
        return region
    return {**region, "col": start.column, "endColumn": max(end.column, start.column + 1)}
