"""Reviewdog's diagnostic format: columns in bytes of UTF-8, and fixes as suggestions."""

from __future__ import annotations

from typing import Any

from immutable_delivery.edits.plan import fitted
from immutable_delivery.findings import Cause, Edit, Finding, Report
from immutable_delivery.policy.model import HOME
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.reporters.located import asides, ends_of, shown
from immutable_delivery.reporters.plain import printable
from immutable_delivery.source.text import Place, Text

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}

SOURCE = {"name": "imd", "url": HOME}


def render(report: Report, options: Options) -> str:
    """Return one `DiagnosticResult`."""
    return document({"source": SOURCE, "diagnostics": diagnostics(report, options)})


def diagnostics(report: Report, options: Options) -> list[dict[str, Any]]:
    """Return the findings."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    return [_diagnostic(report, finding) for finding in findings]


def _diagnostic(report: Report, finding: Finding) -> dict[str, Any]:
    rule = report.rules.get(finding.policy)
    related = [
        {"message": "It is used here.", "location": _location(report, place)}
        for place in finding.uses
    ]
    if finding.cause:
        related.append(_cause(finding.cause))
    edit = _whole_fix(report, finding)
    return {
        "message": _message(finding, suggested=edit is not None),
        "location": _location(report, finding.place),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.policy, **({"url": rule.url} if rule and rule.url else {})},
        **({"suggestions": [_suggestion(report, edit)]} if edit else {}),
        **({"related_locations": related} if related else {}),
    }


def _cause(cause: Cause) -> dict[str, Any]:
    lines = {"range": {"start": {"line": cause.line}}} if cause.line else {}
    said = {"message": f"It came when this was {cause.event}."}
    return {**said, "location": {"path": cause.file, **lines}}


def _message(finding: Finding, *, suggested: bool) -> str:
    risky = suggested and finding.fix and not finding.fix.safe
    note = " (the suggestion can change how it behaves)" if risky else ""
    return f"{printable(finding.message)}{note}{asides(finding)}"


def _location(report: Report, place: Place) -> dict[str, Any]:
    range_ = _range(report, place)
    return {"path": place.file, **({"range": range_} if range_ else {})}


def _range(report: Report, place: Place) -> dict[str, Any]:
    ends = ends_of(report, place, Text.utf8)
    names = ("start", "end")
    if ends is None:
        return {}
    return {
        name: {"line": at.line, "column": at.column} for name, at in zip(names, ends, strict=True)
    }


def _suggestion(report: Report, edit: Edit) -> dict[str, Any]:
    return {"range": _range(report, edit.place), "text": edit.text}


def _whole_fix(report: Report, finding: Finding) -> Edit | None:
    """Return the fix as one edit; None where it needs other files too.

    Reviewdog offers each suggestion by itself, and half a fix can break a file.
    """
    text = report.texts.get(finding.place.file)
    edits = sorted(finding.fix.edits, key=lambda edit: edit.place) if finding.fix else []
    if not edits or text is None or any(edit.place.file != text.path for edit in edits):
        return None
    start, end = edits[0].place.span.start, max(edit.place.span.end for edit in edits)
    parts, at = [], start
    for edit in edits:
        parts += [text.value[at : edit.place.span.start], fitted(edit.text, text)]
        at = edit.place.span.end
    return Edit(place=finding.place.at(start, end), text="".join(parts))
