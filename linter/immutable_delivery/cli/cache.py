"""`imd cache`: what is remembered of unchanged files."""

from __future__ import annotations

import click

from immutable_delivery.cachefolder import folder
from immutable_delivery.reading.cache import store
from immutable_delivery.reporters.plain import count
from immutable_delivery.source.escape import shown


@click.group()
def cache() -> None:
    """Look after what is remembered of unchanged files."""


@cache.command()
def clean() -> int:
    """Forget everything."""
    click.echo(f"{count(store.clean(), 'repository', 'repositories')} forgotten")
    return 0


@cache.command()
def path() -> int:
    """Print the folder that it lies in; IMD_CACHE_DIR names another."""
    click.echo(shown(str(folder())))
    return 0
