"""`imd fix`: mend what can be mended for certain, without the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from immutable_delivery.cli.output import Target, seen, write
from immutable_delivery.cli.paths import paths_argument
from immutable_delivery.cli.registries import tell
from immutable_delivery.cli.requests import (
    configuration_options,
    ignore_option,
    names,
    profile_option,
    select_option,
    today_option,
    verbose_option,
)
from immutable_delivery.commands.fix import Fixed, FixOptions, fixed, listing
from immutable_delivery.commands.walk import Ask
from immutable_delivery.edits.diff import patch
from immutable_delivery.edits.write import write as written
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.workers import processes
from immutable_delivery.source.escape import shown


@click.command()
@paths_argument
@click.option("--apply", "applying", is_flag=True, help="Write the fixes.")
@click.option("--diff", is_flag=True, help="Print them as a unified diff, and nothing else.")
@click.option(
    "--unsafe", is_flag=True, help="Make those too that may change what the delivered system does."
)
@click.option(
    "--suppress",
    multiple=True,
    callback=names,
    metavar="IDS",
    help="Silence findings of these policies by comments with a placeholder for the reason.",
)
@click.option(
    "-i",
    "--interactive",
    is_flag=True,
    help="Walk through the findings one by one, as `git add -p` does, and write what you decide.",
)
@verbose_option
@select_option
@ignore_option
@profile_option
@configuration_options
@today_option
def fix(
    paths: tuple[str, ...],
    *,
    applying: bool,
    diff: bool,
    interactive: bool,
    verbose: bool,
    **options: Any,
) -> int:
    """Show how findings can be mended, without the network; --apply writes it.

    Exits with 0 if there is nothing to fix or all of it is written, 1 if fixes are shown and not written, 2 if a file
    cannot be written or there is something to mend in the call, the configuration or a policy.
    """
    if applying and diff:
        raise click.UsageError("--diff writes nothing, so --apply cannot go with it")
    if interactive and diff:
        raise click.UsageError("--diff writes nothing, so --interactive cannot go with it")
    wanted = FixOptions(
        unsafe=options.pop("unsafe"),
        suppress=options.pop("suppress"),
        ask=_asking() if interactive else None,
    )
    request = Request(paths=paths, cache=True, jobs=processes(), **options)
    outcome = fixed(Path.cwd(), request, wanted)
    tell(outcome.unsure if verbose else ())
    if applying or interactive:
        return _apply(outcome)
    mended = outcome.mended
    text = seen(patch(mended.changes).decode())
    write(Target("text"), text if diff else listing(mended.made, outcome.reasons, text))
    return int(bool(mended.changes))


def _asking() -> Ask:
    from immutable_delivery.cli.asking import ask  # noqa: PLC0415 (only who walks is asked)

    return ask()


def _apply(outcome: Fixed) -> int:
    """Write what can be written; name what cannot."""
    results = written(outcome.root, outcome.mended.changes)
    for one in results:
        if one.written:
            click.echo(f"fixed: {shown(one.path)}")
        else:
            click.echo(f"imd: error: {shown(one.path)}: {one.refused}", err=True)
    if not results:
        click.echo("Nothing to fix.")
    return 0 if all(result.written for result in results) else 2
