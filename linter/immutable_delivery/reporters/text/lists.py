"""The parts of the text report that are shown on request: statistics, unknown values, files, services, environments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from immutable_delivery.findings import Finding, Judged, Report, rank
from immutable_delivery.reporters.located import where
from immutable_delivery.reporters.plain import printable
from immutable_delivery.reporters.text.services import listed
from immutable_delivery.reporters.text.style import Style


def statistics(report: Report, findings: list[Finding], style: Style) -> list[str]:
    """Return how often each policy found something, the most frequent first."""
    counts = Counter((finding.policy, finding.severity) for finding in findings)
    order = sorted(counts.items(), key=lambda item: (-item[1], rank(item[0][1]), item[0][0]))
    silent = len(report.rules) - len({finding.policy for finding in findings})
    return [
        style.paint("Statistics", "bold"),
        *(
            f"  {number:>6,}  {style.paint(f'{severity:<7}', severity)}  {policy}"
            for (policy, severity), number in order
        ),
        f"  {silent:>6,}  policies found nothing",
    ]


def unresolved(report: Report, style: Style) -> list[str]:
    """Return each fact that a policy could not judge."""
    lines = [style.paint("Not decided, because a value is unknown", "bold")]
    for entry in report.unresolved:
        owner = f" of {printable(entry.owner)}" if entry.owner else ""
        fields = ", ".join(entry.fields)
        lines.append(f"  {where(report, entry.place)}: {entry.policy}: {fields}{owner}")
    if not report.unresolved:
        lines.append("  nothing: every value is known")
    if report.not_analysed:
        lines.append(style.paint("Not analysed", "bold"))
    return [
        *lines,
        *(f"  {where(report, one.place)}: {printable(one.reason)}" for one in report.not_analysed),
    ]


def files(report: Report, style: Style) -> list[str]:
    """Return every input and what became of it."""
    return [style.paint("Files", "bold"), *(_file(judged) for judged in report.files)]


def _file(judged: Judged) -> str:
    fate = (
        f"not judged: {judged.skipped}"
        if judged.skipped
        else judged.format or "no format claims it"
    )
    reason = f" ({printable(judged.evidence)})" if judged.evidence else ""
    environment = f", {printable(judged.environment)}{reason}" if judged.environment else ""
    return f"  {printable(judged.path)}: {fate}{environment}"


def everything(report: Report, style: Style) -> Iterator[list[str]]:
    """Yield what the end of the report only counts: files that are not judged, environments, services."""
    yield _skipped(report, style)
    yield _environments(report, style)
    yield listed(report, style)


def _skipped(report: Report, style: Style) -> list[str]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for file in report.files:
        if file.skipped:
            kinds[file.skipped.partition(":")[0]].append(file.path)
    return [
        line
        for kind, paths in kinds.items()
        for line in (
            style.paint(f"Not judged, {printable(kind)}", "bold"),
            *(f"  {printable(path)}" for path in paths),
        )
    ]


def _environments(report: Report, style: Style) -> list[str]:
    """Return which files are taken for development, and why, and which other environments there are."""
    judged = [file for file in report.files if file.format and not file.skipped]
    names = {
        name: None
        for file in judged
        if not file.development
        for name in file.environment.split(", ")
        if name
    }
    lines = [
        *(f"  {printable(name)}" for name in names),
        *(
            f"  development: {printable(file.path)} ({printable(file.evidence)})"
            for file in judged
            if file.development
        ),
    ]
    return [style.paint("Environments", "bold"), *lines] if lines else []
