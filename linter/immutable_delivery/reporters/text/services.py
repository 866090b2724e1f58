"""Where the services stand: how many of each class, which a change makes worse, and all of them on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from immutable_delivery.findings import BUILDS, RUNS, Finding, Part, Report, ServiceReport
from immutable_delivery.reporters.located import where
from immutable_delivery.reporters.plain import cells, printable
from immutable_delivery.reporters.text.style import Style, names

Word = TypeVar("Word", bound=str)


def overview(report: Report, style: Style) -> list[str]:
    """Return how many services run in each way, and how many are built in each; nothing where there are none."""
    runs = Counter(service.runs for service in report.services)
    builds = Counter(service.builds for service in report.services)
    built = _counted(builds, BUILDS[:-1], style)  # what is not built here needs no word
    lines = (("Services", _counted(runs, RUNS, style)), ("Builds", built))
    return [f"{name}: {said}" for name, said in lines if said]


def _counted(found: Counter[Word], order: Iterable[Word], style: Style) -> str:
    return ", ".join(style.paint(f"{found[word]:,} {word}", word) for word in order if found[word])


def worse(report: Report) -> list[str]:
    """Return which services the findings make worse, a phrase for each class."""
    found: dict[tuple[Part, str], list[str]] = {}
    for one in report.worsened:
        found.setdefault((one.part, one.word), []).append(one.service)
    return [
        f"makes {'the build of ' if part == 'builds' else ''}{names(services)} {word}"
        for (part, word), services in found.items()
    ]


def listed(report: Report, style: Style) -> list[str]:
    """Return every service with its two words and what decides them, the worst first."""
    order = sorted(
        report.services, key=lambda one: (RUNS.index(one.runs), BUILDS.index(one.builds))
    )
    width = max((cells(printable(service.name)) for service in order), default=0)
    lines = [line for one in order for line in _service(report, one, width, style)]
    return [style.paint("Services", "bold"), *lines] if lines else []


def _service(report: Report, service: ServiceReport, width: int, style: Style) -> list[str]:
    name = printable(service.name)
    head = f"  {name}{' ' * (width - cells(name))}  {service.runs:<12} {service.builds:<14} "
    first, *rest = style.wrapped(_reason(report, service), head, " " * 4) or [head.rstrip()]
    for word in (service.runs, service.builds):
        first = first.replace(f" {word}", f" {style.paint(word, word)}", 1)
    return [first, *rest]


def _reason(report: Report, service: ServiceReport) -> str:
    deciding = [one for one in (service.runs_by, service.builds_by) if one]
    hidden = [name.removeprefix("item.") for name in service.unknown]
    unknown = [f"unknown: {names(hidden)}"] if hidden else []
    linked = [f"one delivery with {names(service.linked)}"] if service.linked else []
    said = [*(_decided(report, one) for one in deciding), *unknown, *linked]
    return "; ".join(dict.fromkeys(said))


def _decided(report: Report, finding: Finding) -> str:
    reported = {(one.policy, one.place) for one in report.findings}
    hidden = "" if (finding.policy, finding.place) in reported else ", not reported by this run"
    return f"{finding.policy} at {where(report, finding.place)}{hidden}"
