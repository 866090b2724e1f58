"""What imd sees of a repository: services, environments, and what tells it so."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.findings import Judged, Report, ServiceReport
from immutable_delivery.reporters.plain import count
from immutable_delivery.source.escape import shown

_MOST = 20


def survey(report: Report) -> Iterator[str]:
    """Yield the lines."""
    judged = [file for file in report.files if file.format and not file.skipped]
    yield f"Files: {count(len(judged), 'file')} of {', '.join(sorted({f.format for f in judged})) or 'no format that imd knows'}"
    yield from _services(report)
    yield from _environments(judged)
    yield f"Found: {count(len(report.findings), 'finding')}"


def _services(report: Report) -> Iterator[str]:
    yield f"Services: {len(report.services) or 'none'}"
    for one in report.services[:_MOST]:
        where = f" in {', '.join(map(shown, one.environments))}" if one.environments else ""
        at = f" ({shown(one.place.file)})" if one.place else ""
        yield f"  {shown(one.name)}: {_words(one)}{where}{at}"
    if len(report.services) > _MOST:
        yield f"  and {len(report.services) - _MOST:,} more"


def _words(service: ServiceReport) -> str:
    """Return what a service runs and what builds it; what is not built here needs no word."""
    built = "" if service.builds == "not built here" else f", build {service.builds}"
    return f"{service.runs}{built}"


def _environments(judged: list[Judged]) -> Iterator[str]:
    found: dict[str, list[Judged]] = {}
    for file in judged:
        if file.environment:
            found.setdefault(file.environment, []).append(file)
    yield f"Environments: {len(found) or 'none is told apart'}"
    for name, files in found.items():
        first = files[0]
        told = f": {shown(first.evidence)}" if first.evidence else ""
        more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
        yield f"  {shown(name)}: {shown(first.path)}{more}{told}"
