"""A report as `--output-format json` writes it, read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from immutable_delivery.findings import (
    Builds,
    Compared,
    Finding,
    Judged,
    Recorded,
    Report,
    Rule,
    Runs,
    ServiceReport,
    Unanalysed,
    Unresolved,
)
from immutable_delivery.records import Record, field
from immutable_delivery.reporters.json import VERSION
from immutable_delivery.source.text import Outline, Place, Span, Text

__all__ = ["NAME", "VERSION", "reports"]

NAME = "a report of imd"

Ordinal = Annotated[int, Meta(ge=1)]


class _Position(Record, frozen=True):
    line: Ordinal = 1
    column: Ordinal = 1


class _Place(Record, frozen=True):
    file: str
    start: _Position
    end: _Position


class _Building(Record, frozen=True):
    verdict: Builds = field(name="class", default="not built here")
    decided_by: Finding | None = None


class _Service(Record, frozen=True):
    name: str
    verdict: Runs = field(name="class")
    environments: tuple[str, ...] = ()
    decided_by: Finding | None = None
    builds: _Building = _Building()
    unknown: tuple[str, ...] = ()
    place: Place | None = None
    makes: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


class _Baseline(Record, frozen=True):
    known: int
    stale: tuple[Recorded, ...] = ()


class _Repository(Record, frozen=True):
    url: str = ""
    revision: str = ""
    branch: str = ""


class _Data(Record, frozen=True):
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...] = ()
    services: tuple[_Service, ...] = ()
    files: tuple[Judged, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    not_analysed: tuple[Unanalysed, ...] = ()
    rules: tuple[Rule, ...] = ()
    notices: tuple[str, ...] = ()
    repository: _Repository = _Repository()
    baseline: _Baseline | None = None


def reports(data: Mapping[str, Any]) -> Iterator[tuple[str, Report]]:
    """Yield the tool and its report; ValidationError where the data is not of that shape."""
    texts: dict[str, Text] = {}
    read = msgspec.convert(_placed(data, texts), _Data)
    yield "imd", Report(
        findings=read.findings, suppressed=read.suppressed, files=read.files, unresolved=read.unresolved,
        not_analysed=read.not_analysed, services=tuple(_service(service) for service in read.services), rules={rule.id: rule for rule in read.rules},
        texts=texts, notices=read.notices, repository=read.repository.url,
        revision=read.repository.revision, branch=read.repository.branch,
        baseline=Compared("", read.baseline.known, read.baseline.stale) if read.baseline else None,
    )  # fmt: skip


def _service(one: _Service) -> ServiceReport:
    return ServiceReport(
        name=one.name, runs=one.verdict, builds=one.builds.verdict, environments=one.environments,
        runs_by=one.decided_by, builds_by=one.builds.decided_by, unknown=one.unknown, place=one.place,
        makes=one.makes, images=one.images, linked=one.linked,
    )  # fmt: skip


def _placed(value: Any, texts: dict[str, Text]) -> Any:
    """Return the data with places as records have them: offsets, here made of lines and columns."""
    if isinstance(value, list):
        return [_placed(item, texts) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"file", "start", "end"}:
        return _place(msgspec.convert(value, _Place), texts)
    return {name: _placed(item, texts) for name, item in value.items()}


def _place(place: _Place, texts: dict[str, Text]) -> Any:
    """Return a place as records are written; what names no line is shown at the first."""
    texts.setdefault(place.file, Outline(place.file, ""))
    start, end = (Outline.offset(at.line, at.column) for at in (place.start, place.end))
    return msgspec.to_builtins(Place(place.file, Span(start, end)))
