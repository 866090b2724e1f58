"""`imd explain SERVICE`: the way of a service from its sources to what runs, each step with the place that says it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from immutable_delivery.commands.deliverylines import lines
from immutable_delivery.context import UNCONFIGURED
from immutable_delivery.errors import UsageError
from immutable_delivery.facts import Deployed, Made, Mount, Service, Stated
from immutable_delivery.findings import Finding, ServiceReport
from immutable_delivery.links.delivered import Told, link_delivered
from immutable_delivery.links.past import NO_PAST
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.pipeline.run import open_run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.source.escape import nearest, shown
from immutable_delivery.source.text import Place

At = Callable[[Place], str]
Row = dict[str, Any]


def delivery(start: Path, request: Request, name: str, form: str) -> str:
    """Return what is known of a service of the repository around a folder, in a form for people or for programs."""
    opened = open_run(start, request)
    examined = opened.examined
    opened.options.close()
    reports = {one.name: one for one in examined.services}
    if name not in reports:
        near = nearest(name, [*reports, *(policy.id for policy in opened.settings.policies)])
        hint = f"; did you mean '{shown(near)}'?" if near else ""
        raise UsageError(f"'{shown(name)}' is no policy and no service{hint}")
    data = _data(reports[name], examined)
    if form == "json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    told = "\n".join(lines(data)) + "\n"
    return f"```text\n{told}```\n" if form == "markdown" else told


def _data(report: ServiceReport, examined: Examined) -> Row:
    """Return everything, in the order of the way."""

    def at(place: Place) -> str:
        text = examined.project.texts.get(place.file)
        return f"{place.file}:{text.line_of(place.span.start)}" if text else place.file

    service = _service(report.name, examined)
    return {
        "service": report.name,
        "runs": {"class": report.runs, "decided_by": _decision(report.runs_by, at)},
        "builds": {"class": report.builds, "decided_by": _decision(report.builds_by, at)},
        "contract": service.contract,
        "artifacts": [_artifact(one, at) for one in service.makes],
        "start": [_start(one, at) for one in service.commands],
        "mounts": list(_mounts(examined, report.name, at)),
        "environments": [_environment(one, at) for one in service.images],
        "ambiguous": list(service.doubtful),
        "unknown": list(report.unknown),
        "undecided": list(_undecided(examined, report, at)),
    }


def _service(name: str, examined: Examined) -> Service:
    """Return a service complete; a run leaves that out where one manifest alone tells of services."""
    facts = examined.facts
    if not any(isinstance(one, Service) and one.images for one in facts):
        told = Told(examined.lock, UNCONFIGURED, NO_PAST)
        facts = tuple(link_delivered(facts, examined.project.builds, told))
    return next(one for one in facts if isinstance(one, Service) and one.name == name)


def _decision(finding: Finding | None, at: At) -> Row | None:
    return {"policy": finding.policy, "place": at(finding.place)} if finding else None


def _artifact(made: Made, at: At) -> Row:
    return {
        **_fields(made, ("dockerfile", "images", "by", "tags", "shared")),
        "place": at(made.place),
    }


def _start(one: Stated, at: At) -> Row:
    names = ("said_by", "text", "environments", "instead_of", "against")
    return {**_fields(one, names), "place": at(one.place)}


def _environment(one: Deployed, at: At) -> Row:
    names = (
        "environment", "development", "image", "digest", "earlier", "proved", "back", "unseen", "instead_of", "production",
    )  # fmt: skip
    return {**_fields(one, names), "place": at(one.place)}


def _mounts(examined: Examined, name: str, at: At) -> Iterator[Row]:
    """Yield what is mounted into the service where it runs, each once."""
    seen: list[Mapping[str, Any]] = []
    for fact in examined.facts:
        if isinstance(fact, Mount) and fact.scope.deployed and name in fact.scope.services:
            row = {
                **_fields(fact, ("target", "mount_type", "source", "read_only")),
                "place": at(fact.used_at),
            }
            if row not in seen:
                seen.append(row)
                yield row


def _undecided(examined: Examined, report: ServiceReport, at: At) -> Iterator[Row]:
    """Yield where a value is missing that leaves the class of the service open."""
    hidden = set(report.unknown)
    for one in examined.unresolved:
        if one.owner == report.name and not hidden.isdisjoint(one.fields):
            yield {"fields": list(one.fields), "policy": one.policy, "place": at(one.place)}


def _fields(one: object, names: Sequence[str]) -> Row:
    values = ((name, getattr(one, name)) for name in names)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}
