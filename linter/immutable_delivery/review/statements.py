"""What a comment is about: one statement of a file, with all that is found in it."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.findings import Finding, Report
from immutable_delivery.records import Record
from immutable_delivery.reporters.located import worst_first
from immutable_delivery.source.text import Place, Position

Lines = tuple[int, int]
"""The first and the last."""


class Statement(Record, frozen=True):
    """Findings about one statement, the worst first."""

    path: str
    findings: tuple[Finding, ...]

    @property
    def fingerprints(self) -> list[str]:
        """By what it is known again."""
        return sorted(one.fingerprint for one in self.findings)


def statements(report: Report) -> list[Statement]:
    """Return the statements that something is found in, the worst first."""
    found: dict[tuple[str, Lines], list[Finding]] = {}
    for finding in worst_first(report.findings):
        found.setdefault((finding.place.file, lines_of(report, finding.extent)), []).append(finding)
    return [Statement(path, tuple(some)) for (path, _), some in found.items()]


def ends(report: Report, place: Place) -> tuple[Position, Position]:
    """Return where a place begins and ends, columns in code points; the first line where its text is not at hand."""
    text = report.texts.get(place.file)
    if text is None:
        return Position(1, 1), Position(1, 1)
    return text.position(place.span.start), text.position(place.span.end)


def lines_of(report: Report, place: Place) -> Lines:
    """Return the lines of a place; a line of which nothing is in it does not count."""
    start, end = ends(report, place)
    beyond = end.column == 1 and end.line > start.line
    return start.line, end.line - beyond


def fingerprints(some: Iterable[Statement]) -> set[str]:
    """Return all that statements are known by."""
    return {one for statement in some for one in statement.fingerprints}
