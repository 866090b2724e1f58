"""Places as SARIF writes them: relative percent-encoded URIs, regions in lines and code points."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from immutable_delivery.findings import Report
from immutable_delivery.text import Place, Text

ROOT = "%SRCROOT%"


def root() -> dict[str, str]:
    """Return the location of the repository's root."""
    return {"uriBaseId": ROOT}


def artifact(path: str) -> dict[str, str]:
    """Return the location of a file, relative to the root; the name may hold any byte."""
    uri = quote(os.fsencode(path), safe="/-._~!$&'()*+,;=@")
    return {"uri": uri, **root()}


def location(report: Report, place: Place, *, single_line: bool = False) -> dict[str, Any]:
    """Return a place; ``single_line`` keeps to its first line, since GitHub shows no other within a diff."""
    text = report.texts.get(place.file)
    region = _region(text, place, single_line=single_line) if text else {"startLine": 1}
    return {"physicalLocation": {"artifactLocation": artifact(place.file), "region": region}}


def region(text: Text, place: Place) -> dict[str, Any]:
    """Return lines and columns of a place, exact, for a replacement too."""
    start, end = text.position(place.span.start), text.position(place.span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _region(text: Text, place: Place, *, single_line: bool) -> dict[str, Any]:
    span = place.span
    number = text.line_of(span.start)
    end = min(span.end, text.stop(number)) if single_line else span.end
    if end <= span.start:  # nothing to mark: the line itself
        return {"startLine": number}
    shown = region(text, place.at(span.start, end))
    snippet = text.value[span.start : end]
    return {**shown, "snippet": {"text": snippet}} if single_line and text.complete else shown
