"""A report as a page, as Markdown, as JSON, and as a badge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec

from immutable_delivery.commands.report.overview import (
    Overview,
    Point,
    Ran,
    ServiceRow,
    Spot,
    Team,
    Told,
)
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import SEVERITIES
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.reporters.markup import code, literal
from immutable_delivery.reporters.plain import count
from immutable_delivery.source.escape import shown

LAYERS = ("application", "middleware", "os", "data")
DRIFTS = ("divergent", "convergent", "none")
_COLOURS = {"divergent": "#b3261e", "convergent": "#8a5a00", "congruent": "#1e6b34"}
_CODE = lazy("`([^`]+)`")
_MOST_ROWS = 200
_MOST_CAUSES = 5


def page(overview: Overview) -> str:
    """Return one HTML file that asks nobody for anything."""
    return templated(
        "repository.html", o=overview, matrix=matrix(overview), layers=LAYERS, drifts=DRIFTS, severities=SEVERITIES,
        words=words(overview), lines=list(lines(overview.trend)), summary=summary(overview), causes=causes(overview), label=label, images=images, worded=worded,
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
    yield from _first(overview)
    environments = (literal(one or "no environment named") for one in overview.environments)
    yield f"## Services\n\n| service | runs | builds | {' | '.join((*environments, 'owners'))} |"
    yield "|" + "---|" * (4 + len(overview.environments))
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


def _first(overview: Overview) -> Iterator[str]:
    if overview.teams:
        yield "## Who should act first\n\n| owner | divergent | convergent | errors | warnings |\n|---|---|---|---|---|"
        yield from map(team_row, overview.teams)
        yield ""


def team_row(team: Team) -> str:
    """Return a team as a row of a table."""
    return f"| {literal(team.name or 'nobody')} | {team.divergent} | {team.convergent} | {team.errors} | {team.warnings} |"


def _row(row: ServiceRow, overview: Overview) -> str:
    cells = (
        ", ".join(code(label(ran)) for ran in row.ran if ran.environment == name)
        for name in overview.environments
    )
    owners = literal(", ".join(row.owners))
    runs, builds = _decided(row.runs, row.runs_by), _decided(row.builds, row.builds_by)
    return f"| {literal(row.name)} | {runs} | {builds} | {' | '.join((*cells, owners))} |"


def _decided(word: str, by: Told | None) -> str:
    return f"{word}: {by.policy} at {code(f'{by.at.file}:{by.at.line}')}" if by else word


def worded(message: str) -> object:
    """Return a message with what stands in backticks as code."""
    from markupsafe import Markup, escape  # noqa: PLC0415 (comes with jinja2)

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(shown(message)))))  # noqa: S704 (escaped before)


def label(ran: Ran) -> str:
    """Return an image as a person tells it from others: its last name, its tag, and the beginning of its digest."""
    said = ran.image.partition("@")[0].rpartition("/")[2]
    return f"{said}@{ran.digest.partition(':')[2][:12]}" if ran.digest else said


def images(row: ServiceRow) -> list[list[Ran]]:
    """Return what runs, image by image: each with the environments that run it."""
    found: dict[str, list[Ran]] = {}
    for ran in row.ran:
        found.setdefault(ran.image, []).append(ran)
    return list(found.values())


def causes(overview: Overview) -> list[tuple[str, Told, int]]:
    """Return the findings that decide what most services run, with their word and how many they are; the worst word first."""
    found = {(row.runs, _key(row.runs_by)): row.runs_by for row in overview.services if row.runs_by}
    counted = Counter((row.runs, _key(row.runs_by)) for row in overview.services if row.runs_by)
    order = sorted(counted, key=lambda one: (one[0] != "divergent", -counted[one], one))
    return [(one[0], found[one], counted[one]) for one in order[:_MOST_CAUSES]]


def _key(told: Told) -> tuple[str, Spot]:
    return told.policy, told.at


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
    left = f", {overview.left} set aside (fixtures, archives, code of others)" * bool(overview.left)
    return (
        f"{count(running, 'service')} run here: {', '.join(told) or 'none'}. Found: {found or 'nothing'}."
        f" {count(overview.judged, 'file')} judged{left}."
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
