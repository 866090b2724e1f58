"""One finding per line, as in the JSON report: `$defs/finding` of `schemas/report.schema.json`."""

from __future__ import annotations

from immutable_delivery.findings import Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.json import data_of
from immutable_delivery.reporters.jsontext import lines
from immutable_delivery.reporters.located import shown


def render(report: Report, options: Options) -> str:
    """Return the lines."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    return lines(data_of(report, finding) for finding in findings)
