"""Where the services stand: how many of each class, which a change makes worse, and all of them on request."""

from __future__ import annotations

from collections import Counter

from immutable_delivery.findings import Report, ServiceClass, ServiceReport
from immutable_delivery.reporters.located import where
from immutable_delivery.reporters.plain import cells, printable
from immutable_delivery.reporters.text.style import Style, names

_CLASSES: tuple[ServiceClass, ...] = ("divergent", "convergent", "undetermined", "congruent")


def overview(report: Report, style: Style) -> str:
    """Return how many services there are of each class; nothing where there are none."""
    counts = Counter(service.verdict for service in report.services)
    return ", ".join(style.paint(f"{counts[c]:,} {c}", c) for c in _CLASSES if counts[c])


def worse(report: Report) -> list[str]:
    """Return which services the findings make worse, a phrase for each class."""
    found: dict[str, list[str]] = {}
    for service in report.services:
        if service.name in report.worsened:
            found.setdefault(service.verdict, []).append(service.name)
    return [f"makes {names(services)} {verdict}" for verdict, services in found.items()]


def listed(report: Report, style: Style) -> list[str]:
    """Return every service with its class and what decides it, the worst first."""
    order = sorted(report.services, key=lambda service: _CLASSES.index(service.verdict))
    width = max((cells(printable(service.name)) for service in order), default=0)
    lines = [line for one in order for line in _service(report, one, width, style)]
    return [style.paint("Services", "bold"), *lines] if lines else []


def _service(report: Report, service: ServiceReport, width: int, style: Style) -> list[str]:
    name = printable(service.name)
    head = f"  {name}{' ' * (width - cells(name))}  {service.verdict:<12} "
    first, *rest = style.wrapped(_reason(report, service), head, " " * 4) or [head.rstrip()]
    return [first.replace(service.verdict, style.paint(service.verdict, service.verdict), 1), *rest]


def _reason(report: Report, service: ServiceReport) -> str:
    if finding := service.decided_by:
        reported = {(one.policy, one.place) for one in report.findings}
        hidden = "" if (finding.policy, finding.place) in reported else ", not reported by this run"
        return f"{finding.policy} at {where(report, finding.place)}{hidden}"
    return f"unknown: {names(service.unknown)}" if service.unknown else ""
