"""One report: judged once, looked back as far as is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from immutable_delivery.commands.report.collect import Material, overview_of
from immutable_delivery.commands.report.overview import Overview
from immutable_delivery.commands.report.owners import Owners
from immutable_delivery.commands.report.trend import Done, moves, trend
from immutable_delivery.facts import Fact, Service
from immutable_delivery.links.delivered import Told, link_delivered
from immutable_delivery.links.past import NO_PAST
from immutable_delivery.pipeline.examine import report
from immutable_delivery.pipeline.examined import reading_settings
from immutable_delivery.pipeline.run import Opened, circumstances, open_run
from immutable_delivery.pipeline.settings import Request


def overview(start: Path, request: Request, most: int, done: Done) -> Overview:
    """Return what a report of the repository around ``start`` shows, with ``most`` earlier commits."""
    opened = open_run(start, request)
    opened.options.close()
    tree, examined = opened.scope.tree, opened.examined
    told = report(
        examined,
        opened.settings.policies,
        covers=tree.covers,
        run=circumstances(opened, start, request),
    )
    return overview_of(
        Material(
            report=told,
            facts=tuple(_complete(opened)),
            texts=examined.project.texts,
            owners=Owners(tree.files),
            root=tree.root,
            moves=tuple(moves(tree.git, request.today)),
            trend=tuple(trend(tree.git, opened.settings, request, most, done)) if most else (),
        )
    )


def _complete(opened: Opened) -> Sequence[Fact]:
    """Return the facts with what each service runs; a check leaves that out where one file alone tells of it."""
    examined = opened.examined
    if any(isinstance(one, Service) and one.images for one in examined.facts):
        return examined.facts
    told = Told(examined.lock, reading_settings(opened.settings.config), NO_PAST)
    return link_delivered(examined.facts, examined.project.builds, told)
