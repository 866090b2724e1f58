"""What a chart deploys by its own values: once for each environment that a values file here is for, else by its defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery import releases
from immutable_delivery.containers.environments import Environment, environment
from immutable_delivery.containers.reach import Reach
from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.formats.chart.document import Document
from immutable_delivery.formats.chart.layout import FILE, is_values, top_of
from immutable_delivery.formats.chart.sources import sources
from immutable_delivery.formats.helm import Chart, Charts, Layer, Release, Rendered, absent, ours
from immutable_delivery.formats.kubernetes.rendered import object_facts
from immutable_delivery.records import replace
from immutable_delivery.releases import Layer as Values
from immutable_delivery.syntax.yaml import Mapping as Tree


def deployed(documents: Mapping[str, Document], ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the chart of these files deploys, each fact once with the environments that it reaches."""
    charts = Charts(ctx.files)
    for folder in dict.fromkeys(top_of(path, ctx.files) for path in documents):
        if folder is not None:
            yield from _of_chart(folder, documents, charts, ctx)


def _of_chart(
    folder: str, documents: Mapping[str, Document], charts: Charts, ctx: ParseContext
) -> Iterator[Fact]:
    try:
        chart = charts.at(folder)
    except UnreadableError as error:
        path = f"{folder}/{FILE}" if folder else FILE
        ctx.troubles.append(ParseProblem(path, error.offset, error.reason))
        return
    whole = {one.need.place for one in absent(chart) if releases.is_whole(one.values)}
    for source in sources(chart):
        yield replace(source, read=source.places["name"] in whole)
    if chart.metadata.library:  # nobody can install it
        return
    reach = Reach(ctx)
    for reached, layers in _variants(folder, documents, ctx):
        rendered = charts.render(folder, Release(layers=layers))
        _tell(rendered, ctx)
        for found, one in object_facts(rendered, ctx, reached):
            reach.add(ours(found, rendered), one)
        reach.add(_elsewhere(chart, layers, ctx), reached)
    for fact in reach.facts():
        yield replace(fact, scope=replace(fact.scope, chart=folder or ".", defaults=True))


def _elsewhere(chart: Chart, layers: tuple[Layer, ...], ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the values of charts that it needs, and that are not here, say by their shape."""
    name = chart.metadata.name
    scope = Scope(
        owner=f"chart {name}", service=name, phase="start", layer="middleware", deployed=True
    )
    for one in absent(chart, [Values(layer.root) for layer in layers]):
        yield from releases.facts(one.values, scope, ctx)


def _variants(
    folder: str, documents: Mapping[str, Document], ctx: ParseContext
) -> list[tuple[Environment, tuple[Layer, ...]]]:
    """Return the environments with the values for each; the defaults alone are for all that no values file is for."""
    start = f"{folder}/" if folder else ""
    found = [
        (environment(path, ctx), _layers(one))
        for path, one in sorted(documents.items())
        if path.startswith(start) and is_values(path.removeprefix(start))
    ]
    if any(reached.name and not reached.development for reached, _ in found):
        return found
    own = f"{start}{FILE}"
    return [(environment(own, ctx), ()), *found]


def _layers(values: Document) -> tuple[Layer, ...]:
    return tuple(Layer(one.root) for one in values.documents if isinstance(one.root, Tree))


def _tell(rendered: Rendered, ctx: ParseContext) -> None:
    """Say what is broken; what only lacks values, or is somebody else's, is counted as not judged."""
    own = rendered.chart.store.path(FILE)
    for problem in rendered.problems:
        strange = rendered.is_foreign(problem.path)
        ctx.troubles.append(_moved(problem, own) if strange else problem)
    for problem in rendered.failures:
        moved = _moved(problem, own) if rendered.is_foreign(problem.path) else problem
        ctx.troubles.append(replace(moved, template=True))


def _moved(problem: ParseProblem, path: str) -> ParseProblem:
    return ParseProblem(path, 0, f"in {problem.path}: {problem.reason}", template=True)
