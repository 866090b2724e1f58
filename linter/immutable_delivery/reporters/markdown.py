"""A report in Markdown (GitHub's flavour), for comments and job summaries: what was found, and where each service stands."""

from __future__ import annotations

from immutable_delivery.findings import Finding, Report, ServiceReport
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import (
    counts,
    marks,
    shown,
    where,
    worst_first,
)
from immutable_delivery.reporters.markup import code, literal
from immutable_delivery.reporters.plain import against, count

_FINDINGS = "| severity | place | policy | finding |\n|---|---|---|---|"
_SERVICES = "| service | runs | builds | because of |\n|---|---|---|---|"
_MOST_SERVICES = 100
MOST_BYTES = 65_536
"""GitHub takes no longer comment."""
_RESERVE = 200
"""Bytes for the sentence about what is left out."""


def render(report: Report, options: Options) -> str:
    """Return the report, the worst first; what is beyond the limit is counted."""
    findings = worst_first(shown(report, include_suppressed=options.include_suppressed))
    limit = options.limit or MOST_BYTES
    head, tail = f"## imd: {counts(findings)}", _tail(report)
    rows = [(_row(report, finding), finding) for finding in findings]
    room = limit - _size("\n\n".join([head, _FINDINGS, *tail])) - _RESERVE
    kept = _fitting(rows, room)
    table = "\n".join([_FINDINGS, *kept]) if kept else ""
    parts = [head, table, _missing(len(rows) - len(kept), limit), *tail]
    return "\n\n".join(part for part in parts if part) + "\n"


def _fitting(rows: list[tuple[str, Finding]], room: int) -> list[str]:
    """Return the first rows that fit."""
    sizes = {id(finding): _size(row) + 1 for row, finding in rows}
    kept: set[int] = set()
    for _, finding in rows:
        room -= sizes[id(finding)]
        if room < 0:
            break
        kept.add(id(finding))
    return [row for row, finding in rows if id(finding) in kept]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _missing(number: int, limit: int) -> str:
    if not number:
        return ""
    rest = f"{count(number, 'finding')} more, none of them worse, would be beyond {limit:,} bytes"
    return f"{rest}: they are in the log, and in the other formats."


def _row(report: Report, finding: Finding) -> str:
    rule = report.rules.get(finding.policy)
    policy = f"[{finding.policy}]({rule.url})" if rule and rule.url else code(finding.policy)
    says = f"{literal(finding.message)}{literal(marks(finding))}"
    return f"| {finding.severity} | {code(where(report, finding.place))} | {policy} | {says} |"


def _tail(report: Report) -> list[str]:
    services = report.services[:_MOST_SERVICES]
    more = len(report.services) - len(services)
    rows = "\n".join([_SERVICES, *(_service(report, service) for service in services)])
    known = against(report.baseline, len(report.findings)) if report.baseline else ""
    judged = sum(bool(file.format and not file.skipped) for file in report.files)
    hidden = f", {count(len(report.suppressed), 'finding')} suppressed" if report.suppressed else ""
    return [
        *([f"### Services\n\n{rows}"] if services else []),
        *([f"and {count(more, 'more service')}"] if more > 0 else []),
        f"{count(judged, 'file')} judged{hidden}.",
        *([f"Against {literal(known)}"] if known else []),
        *(f"Note: {literal(notice)}" for notice in report.notices),
    ]


def _service(report: Report, service: ServiceReport) -> str:
    deciders = [one for one in (service.runs_by, service.builds_by) if one]
    because = [f"{one.policy} at {code(where(report, one.place))}" for one in deciders]
    unknown = [literal(f"unknown: {', '.join(service.unknown)}")] if service.unknown else []
    reasons = "; ".join([*because, *unknown])
    return f"| {code(service.name)} | {service.runs} | {service.builds} | {reasons} |"
