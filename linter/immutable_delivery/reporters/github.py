"""GitHub's workflow commands: annotations on the lines of a pull request, as many as GitHub shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from immutable_delivery.findings import SEVERITIES, Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import shown
from immutable_delivery.reporters.plain import count

SHOWN_PER_KIND = 10
"""GitHub drops what a step says beyond this, without a word."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, options: Options) -> str:
    """Return the commands, ten of a kind at most, and a line that says what there is in all."""
    kinds: dict[str, list[Finding]] = defaultdict(list)
    for finding in shown(report, include_suppressed=options.include_suppressed):
        kinds[finding.severity].append(finding)
    lines = [
        _command(report, finding)
        for severity in SEVERITIES
        for finding in kinds[severity][:SHOWN_PER_KIND]
    ]
    return "\n".join([*lines, _summary(kinds)]) + "\n"


def _summary(kinds: Mapping[str, list[Finding]]) -> str:
    counts = ", ".join(count(len(kinds[s]), s) for s in SEVERITIES if kinds.get(s))
    left_out = sum(max(len(found) - SHOWN_PER_KIND, 0) for found in kinds.values())
    more = f"; {left_out:,} of them are not annotated (GitHub shows {SHOWN_PER_KIND} of a kind)"
    return f"imd: {counts or 'no findings'}{more if left_out else ''}"


def _command(report: Report, finding: Finding) -> str:
    properties = {"file": finding.place.file, **_region(report, finding), "title": finding.policy}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {written}::{_data(finding.message)}"


def _region(report: Report, finding: Finding) -> dict[str, int]:
    text = report.texts.get(finding.place.file)
    if text is None:
        return {}
    start, end = text.utf16(finding.place.span.start), text.utf16(finding.place.span.end)
    region = {"line": start.line, "endLine": end.line}
    if end.line > start.line:
        return region
    return {**region, "col": start.column, "endColumn": max(end.column, start.column + 1)}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
