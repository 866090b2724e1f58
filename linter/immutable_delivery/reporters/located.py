"""Findings and places as reporters name them: in order, and as `path:line:column`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from immutable_delivery.findings import SEVERITIES, Drift, Finding, Report, rank
from immutable_delivery.reporters.plain import count, printable
from immutable_delivery.source.text import Place, Position, Text

DRIFTS: tuple[Drift, ...] = ("divergent", "convergent", "none")
"""Worst first."""


def shown(report: Report, *, include_suppressed: bool) -> list[Finding]:
    """Return the findings to render, in order of file, place and policy."""
    if not include_suppressed:
        return list(report.findings)
    return sorted(
        (*report.findings, *report.suppressed), key=lambda f: (f.place, f.policy, f.message)
    )


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings for readers that take only so many: by severity, what nobody could judge, and drift."""
    return sorted(findings, key=_badness)


def worst(findings: list[Finding], most: int) -> list[Finding]:
    """Return the worst findings, in their order, and no more than ``most``."""
    if len(findings) <= most:
        return findings
    kept = {id(finding) for finding in worst_first(findings)[:most]}
    return [finding for finding in findings if id(finding) in kept]


def _badness(finding: Finding) -> tuple[int, bool, int]:
    return rank(finding.severity), finding.policy != "unreadable", DRIFTS.index(finding.drift)


def counts(findings: Iterable[Finding]) -> str:
    """Return `2 errors, 1 note`."""
    found = Counter(finding.severity for finding in findings)
    return ", ".join(count(found[s], s) for s in SEVERITIES if found[s]) or "no findings"


def where(report: Report, place: Place) -> str:
    """Return `path:line:column`, or the path alone where the text is not at hand."""
    at = within(report, place)
    return f"{printable(place.file)}:{at}" if at else printable(place.file)


def within(report: Report, place: Place) -> str:
    """Return `line:column`, or nothing where the text is not at hand."""
    ends = ends_of(report, place, Text.position)
    return f"{ends[0].line}:{ends[0].column}" if ends else ""


def ends_of(
    report: Report, place: Place, unit: Callable[[Text, int], Position]
) -> tuple[Position, Position] | None:
    """Return where a place begins and ends, in the unit of the reader; None where the text is not at hand."""
    text = report.texts.get(place.file)
    return (unit(text, place.span.start), unit(text, place.span.end)) if text else None


def marks(finding: Finding) -> str:
    """Return what stands behind a message: that a fix is known, that somebody suppresses it."""
    edited = finding.fix if finding.fix and finding.fix.edits else None
    fixable = f" [fixable{'' if edited.safe else ', unsafe'}]" if edited else ""
    return f"{fixable}{asides(finding)}"


def asides(finding: Finding) -> str:
    """Return what brought a finding where its own lines do not tell, and the reason of its suppression."""
    since = f" (since {printable(str(finding.cause))})" if finding.cause else ""
    return f"{since} (suppressed: {printable(finding.suppressed)})" if finding.suppressed else since
