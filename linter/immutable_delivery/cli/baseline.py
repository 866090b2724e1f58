"""`imd baseline`: accept what is found today, so that only what comes later is reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.requests import configuration_options, profile_option, today_option
from immutable_delivery.errors import UsageError
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.workers import processes
from immutable_delivery.reporters.plain import count
from immutable_delivery.resources import shipped
from immutable_delivery.source.escape import shown


@click.command()
@click.argument("file", required=False)
@click.option("--prune", is_flag=True, help="Only take out what is fixed; nothing is added.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a baseline, and stop.")
@profile_option
@configuration_options
@today_option
def baseline(file: str | None, *, prune: bool, schema: bool, **options: Any) -> None:
    """Write what is found today to FILE, so that `imd check` reports only what comes later.

    FILE is that of the configuration, else .imd-baseline.json at the root. It names findings by their content, not
    by their lines, and only this command changes it.
    """
    if schema:
        click.echo(shipped("schemas", "baseline.schema.json"), nl=False)
        return
    from immutable_delivery.commands import baseline as baselines  # noqa: PLC0415 (the schema needs none of it)

    request = Request(baseline=file, cache=True, jobs=processes(), **options)
    made = (baselines.pruned if prune else baselines.fresh)(Path.cwd(), request)
    place = made.root / made.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{shown(made.path)} cannot be written: {error.strerror}") from error
    write(Target("json", str(place)), made.text)
    click.echo(
        f"{shown(made.path)}: {count(made.total, 'known finding')}, {made.added:,} added, {made.removed:,} taken out"
    )
    if made.added and not made.configured:
        click.echo(
            f"Next: write `baseline: {shown(made.path)}` into .imd.yaml, or call `imd check --baseline`."
        )
