"""Reviewdog's diagnostic format, one finding per line."""

from __future__ import annotations

from immutable_delivery.findings import Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import lines
from immutable_delivery.reporters.rdjson import SOURCE, diagnostics


def render(report: Report, options: Options) -> str:
    """Return one `Diagnostic` per line."""
    return lines({**diagnostic, "source": SOURCE} for diagnostic in diagnostics(report, options))
