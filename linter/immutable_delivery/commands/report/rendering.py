"""A report as a page, as Markdown, as JSON, and as a badge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec

from immutable_delivery.commands.report.overview import Overview, Point, ServiceRow
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import SEVERITIES
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.reporters.markup import code, literal
from immutable_delivery.reporters.plain import count
from immutable_delivery.source.escape import shown

LAYERS = ("application", "middleware", "os", "data")
DRIFTS = ("divergent", "convergent", "none")
_COLOURS = {"divergent": "#b3261e", "convergent": "#8a5a00", "congruent": "#1e6b34"}
_MOST_ROWS = 200


def page(overview: Overview) -> str:
    """Return one HTML file that asks nobody for anything."""
    return templated(
        "repository.html", o=overview, matrix=matrix(overview), layers=LAYERS, drifts=DRIFTS, severities=SEVERITIES,
        words=words(overview), lines=list(lines(overview.trend)), summary=summary(overview),
    )  # fmt: skip


def templated(name: str, **values: object) -> str:
    """Return a template with its values, which are never taken for markup."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 (only who wants a page needs it)
    except ImportError:
        raise UsageError(
            "a page needs jinja2: install `immutable-delivery[report]`, or take --format markdown or json"
        ) from None
    loader = PackageLoader("immutable_delivery.commands", "pages")
    environment = Environment(
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=loader,
    )
    return environment.get_template(name).render(values)


def _visible(value: object) -> object:
    """Return a value with what hides, commands or stands for no character made visible."""
    return shown(value) if type(value) is str else value


def data(overview: Overview) -> str:
    """Return all of it as JSON."""
    return document({"version": 1, "minor_version": 0, **msgspec.to_builtins(overview)})


def badge(overview: Overview) -> str:
    """Return an SVG that says how many services drift."""
    said, word = _worst(overview)
    left, right = 58, 12 + 7 * len(said)
    colour = _COLOURS.get(word, "#555")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="delivery: {said}">'
        f"<title>delivery: {said}</title>"
        f'<rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{colour}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,sans-serif" font-size="11">'
        f'<text x="{left / 2}" y="14">delivery</text><text x="{left + right / 2}" y="14">{said}</text></g></svg>\n'
    )


def _worst(overview: Overview) -> tuple[str, str]:
    counted = words(overview)
    for word in ("divergent", "convergent", "undetermined"):
        if counted[word]:
            return f"{counted[word]} {word}", word
    return ("congruent", "congruent") if counted["congruent"] else ("nothing runs here", "")


def markdown(overview: Overview) -> str:
    """Return it for a job summary, a comment or a wiki."""
    return "\n".join(_markdown(overview))


def _markdown(overview: Overview) -> Iterator[str]:
    yield f"# Delivery of {literal(overview.title)}\n\n{summary(overview)}\n"
    yield f"## Services\n\n| service | runs | because of | builds | {' | '.join(literal(one or 'anywhere') for one in overview.environments)} | owners |"
    yield "|" + "---|" * (5 + len(overview.environments))
    yield from (_row(row, overview) for row in overview.services[:_MOST_ROWS])
    yield "\n## The four V's\n\n| measure | is | better |\n|---|---|---|"
    yield from (
        f"| {one.name} | {literal(one.value)} | {one.better} |" for one in overview.measures
    )
    yield f"\n## Findings\n\n| layer | {' | '.join(DRIFTS)} |\n|---|---|---|---|"
    counted = matrix(overview)
    yield from (
        f"| {layer} | {' | '.join(str(counted[layer, drift]) for drift in DRIFTS)} |"
        for layer in LAYERS
    )
    yield ""


def _row(row: ServiceRow, overview: Overview) -> str:
    by = row.runs_by or row.builds_by
    because = f"{by.policy} at {code(f'{by.at.file}:{by.at.line}')}" if by else ""
    cells = (
        ", ".join(code(image) for image in images(row, name)) for name in overview.environments
    )
    owners = literal(", ".join(row.owners))
    return f"| {literal(row.name)} | {row.runs} | {because} | {row.builds} | {' | '.join(cells)} | {owners} |"


def images(row: ServiceRow, environment: str) -> list[str]:
    """Return what an environment runs of a service: short digests where there are some."""
    return [ran.digest[:19] or ran.image for ran in row.ran if ran.environment == environment]


def summary(overview: Overview) -> str:
    """Return the report in one sentence."""
    counted = words(overview)
    told = [
        f"{number} {word}" for word, number in counted.items() if number and word != "not run here"
    ]
    running = sum(number for word, number in counted.items() if word != "not run here")
    severe = Counter(one.severity for one in overview.findings)
    found = ", ".join(
        count(severe[severity], severity) for severity in SEVERITIES if severe[severity]
    )
    return (
        f"{count(running, 'service')} run here: {', '.join(told) or 'none'}. Found: {found or 'nothing'}."
        f" {count(overview.judged, 'file')} judged, {overview.left} left out."
    )


def words(overview: Overview) -> Mapping[str, int]:
    """Return how many services have each word, the worst first."""
    order = ("divergent", "convergent", "undetermined", "congruent", "not run here")
    counted = Counter(row.runs for row in overview.services)
    return {word: counted[word] for word in order}


def matrix(overview: Overview) -> Counter[tuple[str, str]]:
    """Return how much is found by layer and drift."""
    return Counter((one.layer, one.drift) for one in overview.findings)


Value = Callable[[Point], int]
_SERIES: Mapping[str, Value] = {
    "divergent services": lambda one: one.divergent,
    "convergent services": lambda one: one.convergent,
    "congruent services": lambda one: one.congruent,
    "errors": lambda one: one.errors,
    "warnings": lambda one: one.warnings,
}
WIDE, HIGH = 220, 44


def lines(trend: tuple[Point, ...]) -> Iterator[tuple[str, int, int, str]]:
    """Yield each series with its first and last value, and the points of its line in a box of ``WIDE`` × ``HIGH``."""
    for name, value in _SERIES.items() if len(trend) > 1 else ():
        values = [value(point) for point in trend]
        top, step = max(*values, 1), WIDE / (len(values) - 1)
        points = " ".join(
            f"{number * step:.1f},{HIGH - 2 - (HIGH - 4) * one / top:.1f}"
            for number, one in enumerate(values)
        )
        yield name, values[0], values[-1], points


FORMATS: Mapping[str, Callable[[Overview], str]] = {
    "html": page,
    "markdown": markdown,
    "json": data,
    "badge": badge,
}
