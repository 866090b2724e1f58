"""The charts that a chart takes from elsewhere, each with how far a version or lock fixes it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Pin, Scope, Source
from immutable_delivery.formats.helm import Chart
from immutable_delivery.formats.helm.metadata import Dependency
from immutable_delivery.references.semver import is_exact, satisfies
from immutable_delivery.syntax.yaml.query import scalar

_ANY = frozenset({"*", "x", "X", ">=0", ">=0.0.0", ">=0.0.0-0", ">0.0.0-0"})


def sources(chart: Chart) -> Iterator[Source]:
    """Yield a fact for each dependency of a chart, and of the charts of this repository in it."""
    for one in chart.all():
        if not one.foreign and one.path.startswith(chart.path):
            for need in one.metadata.dependencies:
                if not need.local:
                    yield _source(one, need)


def _source(chart: Chart, need: Dependency) -> Source:
    version, repository = scalar(need.node, "version"), scalar(need.node, "repository")
    vendored = any(one.metadata.name == need.name for one in chart.charts)
    locked = vendored or satisfies(chart.locked.get(need.name, ""), need.version or "*")
    place = version.place if version else need.place
    return Source(
        used_at=place,
        extent=need.node.place,
        places={
            "name": need.place,
            "url": repository.place if repository else need.place,
            **({"ref": place, "pin": place} if version else {}),
        },
        scope=Scope(
            owner=f"chart {chart.metadata.name}", service=chart.metadata.name, phase="start", layer="middleware", deployed=not vendored,
            chart=chart.path or ".", defaults=True,
        ),
        source_type="chart",
        url=f"{need.repository.rstrip('/')}/{need.name}",
        ref=need.version,
        pin="exact" if locked else _pin(need.version),
        locked=locked,
    )  # fmt: skip


def _pin(version: str) -> Pin:
    if not version:
        return "none"
    if is_exact(version):
        return "exact"
    return "alias" if version.replace(" ", "") in _ANY else "partial"
