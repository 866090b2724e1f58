"""A fleet as a page, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from immutable_delivery.commands.fleet.summary import WORDS, Fleet, Row, Shared
from immutable_delivery.commands.report.rendering import team_row, templated
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.reporters.markup import code, literal
from immutable_delivery.reporters.plain import count

_MOST = 200


def page(fleet: Fleet) -> str:
    """Return one HTML file that asks nobody for anything."""
    return templated("fleet.html", fleet=fleet, words=WORDS, summary=summary(fleet))


def data(fleet: Fleet) -> str:
    """Return all of it as JSON."""
    return document({"version": 1, "minor_version": 0, **msgspec.to_builtins(fleet)})


def markdown(fleet: Fleet) -> str:
    """Return the worst of it for a wiki or a job summary."""
    return "\n".join(_markdown(fleet))


def _markdown(fleet: Fleet) -> Iterator[str]:
    yield f"# Delivery of {count(len(fleet.rows), 'repository', 'repositories')}\n\n{summary(fleet)}\n"
    yield (
        f"| repository | {' | '.join(WORDS[:4])} | moving builds | errors | warnings |\n|---|"
        + "---|" * 7
    )
    judged = [row for row in fleet.rows if not row.failure]
    yield from map(_row, judged[:_MOST])
    yield from _failures(fleet)
    yield "\n## Who should act first\n\n| owner | divergent | convergent | errors | warnings |\n|---|---|---|---|---|"
    yield from map(team_row, fleet.teams[:_MOST])
    yield "\n## Bases\n\n| base | repositories | versions in use |\n|---|---|---|"
    yield from map(_shared, fleet.bases[:_MOST])
    if fleet.images:
        yield "\n## Images that several run\n\n| image | repositories | versions in use |\n|---|---|---|"
        yield from map(_shared, fleet.images[:_MOST])
    yield ""


def _shared(image: Shared) -> str:
    versions = ", ".join(
        f"{code(one.name)} ({len(one.repositories)})" for one in image.versions[:5]
    )
    return (
        f"| {literal(image.name)} | {len(image.repositories)} | {len(image.versions)}: {versions} |"
    )


def _failures(fleet: Fleet) -> Iterator[str]:
    if fleet.failed:
        yield "\n## Not judged\n\n| repository | why |\n|---|---|"
        yield from (f"| {literal(row.name)} | {literal(row.failure)} |" for row in fleet.failed)


def _row(row: Row) -> str:
    if not row.judged:
        return f"| {literal(row.name)} | no file of it is judged | | | | | | |"
    words = " | ".join(str(row.words[word]) for word in WORDS[:4])
    return f"| {literal(row.name)} | {words} | {row.moving} | {row.errors} | {row.warnings} |"


def summary(fleet: Fleet) -> str:
    """Return the fleet in one sentence."""
    total = {word: sum(row.words.get(word, 0) for row in fleet.rows) for word in WORDS[:4]}
    told = ", ".join(f"{number:,} {word}" for word, number in total.items() if number)
    failed = f" {len(fleet.failed)} could not be judged." if fleet.failed else ""
    return f"{count(sum(total.values()), 'service')} run: {told or 'none'}.{failed}"


FORMATS: Mapping[str, Callable[[Fleet], str]] = {"html": page, "markdown": markdown, "json": data}
