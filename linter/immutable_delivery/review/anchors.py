"""Where in the diff a comment stands."""

from __future__ import annotations

from immutable_delivery.findings import Report
from immutable_delivery.forges.diff import Diff, FileDiff
from immutable_delivery.records import Record
from immutable_delivery.review.statements import Lines, Statement, lines_of
from immutable_delivery.review.suggestion import Suggestion, suggestion
from immutable_delivery.source.text import Place

_MOST_LINES = 10
"""A comment on more lines than a person sees at once stands at the first of them."""


class Anchor(Record, frozen=True):
    """Lines of one file on the new side of the diff."""

    path: str
    start: int
    end: int
    suggestion: Suggestion | None = None


def anchor_of(
    report: Report, statement: Statement, diff: Diff, *, foreign: bool = False
) -> Anchor | None:
    """Return where to comment on a statement; None where the diff shows nothing of it."""
    file = diff.get(statement.path)
    if file and (found := suggestion(report, statement.findings, file, foreign=foreign)):
        return Anchor(statement.path, found.start, found.end, found)
    worst = statement.findings[0]
    for place in (worst.place, worst.extent, *worst.uses):
        other = diff.get(place.file)
        if other and (lines := _shown(report, place, other)):
            return Anchor(place.file, *lines)
    return None


def _shown(report: Report, place: Place, file: FileDiff) -> Lines | None:
    """Return the lines of a place that one hunk shows."""
    start, end = lines_of(report, place)
    first = next(
        (number for number in range(start, min(end, start + 10_000) + 1) if number in file.hunks), 0
    )
    if not first:
        return None
    last = first
    while last < end and file.shows(first, last + 1):
        last += 1
    return (first, last) if last - first < _MOST_LINES else (first, first)
