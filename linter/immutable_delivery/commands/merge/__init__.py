"""Reports of many repositories as one: what each found under its own name, classes and counts added up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import TypeVar

from immutable_delivery import __version__
from immutable_delivery.commands.merge.links import linked
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import (
    Compared,
    Finding,
    Fix,
    Judged,
    Report,
    Rule,
    ServiceReport,
    Unanalysed,
    Unresolved,
)
from immutable_delivery.records import Record, replace
from immutable_delivery.source.escape import shown
from immutable_delivery.source.text import Place

_NAMED = 20


class Part(Record, frozen=True, kw_only=True):
    """One report, and where it comes from."""

    source: str
    """The file, for messages."""
    name: str
    """What the repository is called in the whole."""
    tool: str
    report: Report


def merged(parts: Iterable[Part]) -> Report:
    """Return one report; the order of ``parts`` does not matter."""
    ordered = sorted(parts, key=lambda part: (part.name, part.tool, part.source))
    _refuse_twins(ordered)
    renamed = [_renamed(part) for part in ordered]
    links = linked([report.services for report in renamed])
    rules: dict[str, Rule] = {}
    for report in renamed:
        rules = {**report.rules, **rules}
    return Report(
        findings=_sorted(finding for report in renamed for finding in report.findings),
        suppressed=_sorted(finding for report in renamed for finding in report.suppressed),
        services=links.services,
        files=tuple(file for report in renamed for file in report.files),
        unresolved=tuple(one for report in renamed for one in report.unresolved),
        not_analysed=tuple(one for report in renamed for one in report.not_analysed),
        rules=rules,
        texts={path: text for report in renamed for path, text in report.texts.items()},
        version=__version__,
        notices=(
            _origin(ordered),
            *map(shown, links.doubts),
            *(notice for report in renamed for notice in report.notices),
        ),
        baseline=_baseline([report.baseline for report in renamed if report.baseline]),
    )


def _refuse_twins(ordered: Sequence[Part]) -> None:
    """Refuse to count a repository twice; two tools may have judged it."""
    for one, other in pairwise(ordered):
        if (one.name, one.tool) == (other.name, other.tool) and one.source != other.source:
            both = f"{shown(one.source)} and {shown(other.source)}"
            raise UsageError(
                f"{both} are both reports of {one.tool} on {shown(one.name)}: if they are of two repositories, name one, as NAME=FILE"
            )


def _origin(parts: Sequence[Part]) -> str:
    revisions = {part.name: part.report.revision[:12] for part in parts}
    named = [f"{name} at {at}" if at else name for name, at in revisions.items()]
    more = len(named) - _NAMED
    tail = f" and {more:,} more" if more > 0 else ""
    return f"merged from {', '.join(map(shown, named[:_NAMED]))}{tail}"


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(
        sorted(findings, key=lambda finding: (finding.place, finding.policy, finding.message))
    )


def _baseline(known: Sequence[Compared]) -> Compared | None:
    if not known:
        return None
    fixed = tuple(entry for compared in known for entry in compared.fixed)
    return Compared("", sum(compared.known for compared in known), fixed)


def _renamed(part: Part) -> Report:
    """Return the report with the repository's name before every file and service."""
    name, report = part.name, part.report
    own = _Prefix(name)
    return replace(
        report,
        findings=tuple(map(own.finding, report.findings)),
        suppressed=tuple(map(own.finding, report.suppressed)),
        services=tuple(map(own.service, report.services)),
        files=tuple(map(own.file, report.files)),
        unresolved=tuple(map(own.placed, report.unresolved)),
        not_analysed=tuple(map(own.placed, report.not_analysed)),
        texts={own.path(path): text for path, text in report.texts.items()},
        notices=tuple(f"{shown(name)}: {notice}" for notice in report.notices),
        baseline=report.baseline and _prefixed(report.baseline, own.path),
    )


def _prefixed(baseline: Compared, path: Callable[[str], str]) -> Compared:
    fixed = tuple(replace(entry, file=path(entry.file)) for entry in baseline.fixed)
    return replace(baseline, fixed=fixed)


_Placed = TypeVar("_Placed", Unresolved, Unanalysed)


class _Prefix(Record, frozen=True):
    """Names and paths of one repository as the whole has them."""

    name: str

    def path(self, path: str) -> str:
        return f"{self.name}/{path}"

    def place(self, place: Place) -> Place:
        return Place(self.path(place.file), place.span)

    def finding(self, finding: Finding) -> Finding:
        """Return a finding that no other repository's is taken for; its edits are of files that are not here."""
        place = finding.place
        own = (
            finding.fingerprint
            or f"{finding.policy} {place.file} {place.span.start} {finding.message}"
        )
        fix = finding.fix and Fix(
            title=finding.fix.title, safe=finding.fix.safe, reason=finding.fix.reason
        )
        return replace(
            finding, place=self.place(place), extent=self.place(finding.extent),
            uses=tuple(map(self.place, finding.uses)), services=tuple(map(self.path, finding.services)),
            fingerprint=_hash(f"{self.name}\0{own}"), fix=fix,
        )  # fmt: skip

    def service(self, service: ServiceReport) -> ServiceReport:
        return replace(
            service, name=self.path(service.name), place=service.place and self.place(service.place),
            runs_by=service.runs_by and self.finding(service.runs_by),
            builds_by=service.builds_by and self.finding(service.builds_by),
        )  # fmt: skip

    def file(self, file: Judged) -> Judged:
        return replace(file, path=self.path(file.path))

    def placed(self, one: _Placed) -> _Placed:
        return replace(one, place=self.place(one.place))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
