"""Findings and places as reporters name them: in order, and as `path:line:column`."""

from __future__ import annotations

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters.plain import printable
from immutable_delivery.text import Place


def shown(report: Report, *, include_suppressed: bool) -> list[Finding]:
    """Return the findings to render, in order of file, place and policy."""
    if not include_suppressed:
        return list(report.findings)
    return sorted(
        (*report.findings, *report.suppressed), key=lambda f: (f.place, f.policy, f.message)
    )


def where(report: Report, place: Place) -> str:
    """Return `path:line:column`, or the path alone where the text is not at hand."""
    at = within(report, place)
    return f"{printable(place.file)}:{at}" if at else printable(place.file)


def within(report: Report, place: Place) -> str:
    """Return `line:column`, or nothing where the text is not at hand."""
    text = report.texts.get(place.file)
    if text is None:
        return ""
    at = text.position(place.span.start)
    return f"{at.line}:{at.column}"
