"""The charts that a chart needs and that are not here: what is known of them are the values that they would be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.formats.helm.chart import Chart
from immutable_delivery.formats.helm.metadata import Dependency
from immutable_delivery.records import Record
from immutable_delivery.releases import Layer, laid
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import mapping, text, with_entry

_GLOBAL = "global"


class Absent(Record, frozen=True):
    """A chart that is not here, and its values."""

    need: Dependency
    values: Mapping


def absent(chart: Chart, layers: Iterable[Layer] = ()) -> Iterator[Absent]:
    """Yield the charts that a release of a chart takes from elsewhere, where values say anything of them."""
    there = {one.metadata.name for one in chart.charts}
    missing = [need for need in chart.metadata.dependencies if need.name not in there]
    values = laid([*_own(chart), *layers]) if missing else None
    for need in missing:
        given = mapping(values, need.alias or need.name)
        if values is not None and given is not None and not _is_off(need, values):
            shared = mapping(values, _GLOBAL)
            alone = shared is None or _GLOBAL in given.entries
            yield Absent(
                need, given if alone or shared is None else with_entry(given, _GLOBAL, shared)
            )


def _own(chart: Chart) -> Iterator[Layer]:
    roots = (one.root for one in chart.said)
    return (Layer(root) for root in roots if isinstance(root, Mapping))


def _is_off(need: Dependency, values: Mapping) -> bool:
    """Whether the first condition that says anything turns it off."""
    said = (text(values, *path.strip().split(".")) for path in need.condition.split(",") if path)
    return next(filter(None, said), "") == "false"
