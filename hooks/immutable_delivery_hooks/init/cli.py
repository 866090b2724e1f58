"""`imd init`: show what is there, and write what a team needs to begin."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from immutable_delivery.baseline import FILE as BASELINE
from immutable_delivery.cli.requests import today_option
from immutable_delivery.commands.migrate import FILES, Source, migrated, sources
from immutable_delivery.commands.migrate.writing import Migrated
from immutable_delivery.config.find import find
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.workers import processes
from immutable_delivery.repository.discover import Tree, open_tree
from immutable_delivery.source.escape import shown
from immutable_delivery_hooks.init.steps import PARTS, Beginning, Step, perform_all, steps
from immutable_delivery_hooks.init.survey import survey


class SourceType(click.ParamType[Source]):
    """`TOOL` or `TOOL=FILE`."""

    name = "tool[=file]"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Source:
        """Return the configuration that the words name; no path: where the tool looks itself."""
        tool, _, path = value.partition("=")
        if tool not in FILES:
            self.fail(f"'{tool}' is none of {', '.join(FILES)}", param, ctx)
        return Source(tool, path)


@click.command()
@click.option(
    "--from",
    "wanted",
    multiple=True,
    type=SourceType(),
    metavar="TOOL[=FILE]",
    help=f"Take over this configuration instead of those that are found: {', '.join(FILES)}.",
)
@click.option(
    "--only",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="Begin with these alone. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Show it all, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@today_option
def init(
    wanted: tuple[Source, ...], parts: tuple[str, ...], today: date, *, dry_run: bool, yes: bool
) -> None:
    """Begin: show the services, environments and findings that are there, and write what is missing.

    That is a configuration (what hadolint, zizmor, kube-linter and checkov are told is taken over), a baseline of what
    is found today, git hooks and a job for CI. Nothing that is there is changed. At a terminal it asks first; elsewhere
    it writes with --yes alone.
    """
    tree, parts = open_tree(Path.cwd()), parts or PARTS
    report = run(Path.cwd(), Request(today=today, jobs=processes(), cache=True)).report
    config = _config(tree, wanted, baseline="baseline" in parts and bool(report.findings))
    begin = Beginning(tree=tree, config=config.text, found=bool(report.findings), today=today)
    plan = list(steps(begin, parts))
    _echo([*survey(report), "", *_told(plan, whole=dry_run)])
    for line in config.left if "config" in parts else ():
        click.echo(f"imd: not taken over: {shown(line)}", err=True)
    todo = [step for step in plan if step.do]
    if todo and not dry_run and _agreed(yes=yes):
        perform_all(todo)
        _echo(f"written: {step.what}" for step in todo)


def _config(tree: Tree, wanted: Sequence[Source], *, baseline: bool) -> Migrated:
    named = [_located(tree, source) for source in wanted] or list(sources(tree.files))
    if find(tree.files) and not named:
        return Migrated("", ())
    return migrated(tree.files, named, **({"baseline": BASELINE} if baseline else {}))


def _located(tree: Tree, source: Source) -> Source:
    if source.path:
        return Source(source.tool, tree.relative(source.path, Path.cwd()))
    found = (one for one in sources(tree.files) if one.tool == source.tool)
    return next(found, None) or _missing(source.tool)


def _missing(tool: str) -> Source:
    places = ", no ".join(FILES[tool])
    raise click.UsageError(f"there is no {places}; name it: --from {tool}=FILE")


def _told(plan: Sequence[Step], *, whole: bool) -> Iterator[str]:
    """Yield the plan: what is done with its text where all is to be seen, what is left always with it."""
    todo, left = [one for one in plan if one.do], [one for one in plan if not one.do]
    yield "To write:" if todo else "Nothing to write."
    for step in todo:
        yield from _lines(step, whole=whole)
    if left:
        yield "Left to you:"
    for step in left:
        yield from _lines(step, whole=True)


def _lines(step: Step, *, whole: bool) -> Iterator[str]:
    yield f"  {shown(step.what)}: {step.why}"
    if whole:
        yield from (f"      {line}".rstrip() for line in step.text.splitlines())


def _agreed(*, yes: bool) -> bool:
    if yes:
        return True
    if sys.stdin.isatty() and sys.stdout.isatty():
        return click.confirm("Write it?", default=True)
    click.echo("Nothing is written: --yes writes it.")
    return False


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
