"""`imd facts`: what policies see of a file."""

from __future__ import annotations

from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.commands.facts import factsheet


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def facts(file: str) -> None:
    """Print the facts of FILE as policies see them, linked with the rest of its repository."""
    write(Target("json"), factsheet(Path.cwd(), file))
