"""A chart in its place in one release: under the name that its parent gives it, with what it is rendered with."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.budget import Budget
from immutable_delivery.formats.helm.chart import Chart
from immutable_delivery.formats.helm.metadata import Dependency
from immutable_delivery.formats.helm.values import Values
from immutable_delivery.records import Record


class Need(Record):
    """A dependency of a part, as far as it is decided."""

    said: Dependency
    name: str
    enabled: bool = True


class Part(Record, eq=False):
    """A chart of a release."""

    chart: Chart
    name: str
    values: Values
    """Its defaults, and what it takes over from its own parts."""
    children: list[Part]
    needs: list[Need]
    budget: Budget
    """How many charts may take part yet."""

    @classmethod
    def of(cls, chart: Chart, budget: Budget) -> Part:
        """Return a chart and all charts in it as nobody has changed them yet; raise SpentError."""
        budget.spend()
        return cls(
            chart,
            chart.metadata.name,
            chart.defaults,
            [cls.of(one, budget) for one in chart.charts],
            [Need(one, one.name) for one in chart.metadata.dependencies],
            budget,
        )

    def copy(self, name: str) -> Part:
        """Return the same chart under another name; raise SpentError."""
        self.budget.spend()
        needs = [Need(one.said, one.name, one.enabled) for one in self.needs]
        children = [child.copy(child.name) for child in self.children]
        return Part(self.chart, name, self.values, children, needs, self.budget)

    @property
    def absent(self) -> list[Need]:
        """The dependencies that take part and are not here."""
        there = {child.name for child in self.children}
        return [need for need in self.needs if need.enabled and need.name not in there]

    def all(self) -> Iterator[Part]:
        """Yield it and all below."""
        yield self
        for child in self.children:
            yield from child.all()
