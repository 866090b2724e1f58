"""Places as SARIF writes them: relative percent-encoded URIs, regions in lines and code points."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from immutable_delivery.findings import Report
from immutable_delivery.source.text import Place, Text

ROOT = "%SRCROOT%"
_LONGEST = 300
"""A longer context is left out, for a log has thousands of them."""


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
    ctx = _context(text, place) if text and single_line else {}
    return {"physicalLocation": {"artifactLocation": artifact(place.file), "region": region, **ctx}}


def line_of(path: str, number: int) -> dict[str, Any]:
    """Return a line of a file, or the file where the number is 0."""
    region = {"region": {"startLine": number}} if number else {}
    return {"physicalLocation": {"artifactLocation": artifact(path), **region}}


def region(text: Text, place: Place) -> dict[str, Any]:
    """Return lines and columns of a place, exact, for a replacement too."""
    start, end = text.position(place.span.start), text.position(place.span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _context(text: Text, place: Place) -> dict[str, Any]:
    """Return the line of a place with its neighbours, for viewers; nothing where it is not more, or too much."""
    number, last = text.line_of(place.span.start), len(text.line_starts)
    first, end = max(number - 1, 1), min(number + 1, last)
    snippet = text.value[text.line_starts[first - 1] : text.stop(end)]
    if first == end or not text.complete or len(snippet) > _LONGEST:
        return {}
    region = {"startLine": first, "endLine": end, "snippet": {"text": snippet}}
    return {"contextRegion": region}


def _region(text: Text, place: Place, *, single_line: bool) -> dict[str, Any]:
    span = place.span
    number = text.line_of(span.start)
    end = min(span.end, text.stop(number)) if single_line else span.end
    if end <= span.start:  # nothing to mark: the line itself
        return {"startLine": number}
    shown = region(text, place.at(span.start, end))
    snippet = text.value[span.start : end]
    return {**shown, "snippet": {"text": snippet}} if single_line and text.complete else shown
