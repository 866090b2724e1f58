"""The charts of this repository that objects release, rendered with the values that each release gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery import releases
from immutable_delivery.containers.environments import Environment
from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats.helm import (
    Assignment,
    Charts,
    Layer,
    Release,
    Rendered,
    absent,
    ours,
)
from immutable_delivery.formats.kubernetes import applied, objects
from immutable_delivery.formats.kubernetes.gitops.values import Given, released
from immutable_delivery.formats.kubernetes.rendered import workloads
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import Record, field, replace
from immutable_delivery.releases import Layer as Values
from immutable_delivery.source.text import Place

Reached = tuple[Iterable[Fact], Environment]

_DEEPEST = 5
"""A chart that releases charts that release charts: deeper ones are not looked at."""


class Releasing(Record):
    """The charts of one unit, and which releases of them are under way."""

    charts: Charts
    _open: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, ctx: ParseContext) -> Releasing:
        """Return what is released where nothing is under way."""
        return cls(Charts(ctx.files))

    def facts(self, workload: Workload, reached: Environment) -> Iterator[Reached]:
        """Yield what the charts of this repository that an object releases deploy."""
        for given in released(workload):
            yield from self.release(given, workload.ctx, workload.resource.root.place, reached)

    def release(
        self, given: Given, ctx: ParseContext, at: Place, reached: Environment
    ) -> Iterator[Reached]:
        """Yield what a chart of this repository deploys, and the charts that this releases."""
        key = given.folder or "", given.name
        if given.folder is None or key in self._open or len(self._open) == _DEEPEST:
            return
        rendered = self._rendered(given, given.folder, ctx, at)
        self._open.append(key)
        for inner, one in workloads(rendered, ctx, reached) if rendered else ():
            applied.note(inner, one, f"release {given.name}")
            found = ours(objects.facts(inner), rendered) if rendered else ()
            yield [_of_chart(fact, given.folder) for fact in found], one
            yield from self.facts(inner, one)
        if rendered:
            yield _elsewhere(rendered, given, ctx), reached
        self._open.pop()

    def _rendered(self, given: Given, folder: str, ctx: ParseContext, at: Place) -> Rendered | None:
        release = Release(given.name, given.namespace, tuple(map(_layer, given.layers())))
        try:
            rendered = self.charts.render(folder, release)
        except UnreadableError:  # the chart itself says why
            return None
        for problem in rendered.failures:
            reason = f"the chart '{folder}' is refused with these values: {problem.reason}"
            ctx.troubles.append(ParseProblem(at.file, at.span.start, reason, template=True))
        return rendered


def _elsewhere(rendered: Rendered, given: Given, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the values of charts that it needs, and that are not here, say by their shape."""
    scope = Scope(
        owner=f"release {given.name}", service=given.name, phase="start", layer="middleware", deployed=True, chart=given.folder or "."
    )  # fmt: skip
    for one in absent(rendered.chart, given.layers()):
        yield from releases.facts(one.values, scope, ctx)


def _layer(layer: Values) -> Layer:
    settings = tuple(Assignment(name, value) for name, value in layer.settings)
    return Layer(layer.root, settings)


def _of_chart(fact: Fact, folder: str) -> Fact:
    return replace(fact, scope=replace(fact.scope, chart=folder or "."))
