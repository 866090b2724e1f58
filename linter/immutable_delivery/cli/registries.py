"""What every command that asks registries has in common: its options, and how its outcome is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from immutable_delivery.source.escape import shown

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--mirror",
        "mirrors",
        multiple=True,
        metavar="REGISTRY=MIRROR",
        envvar="IMD_MIRROR",
        help="Ask MIRROR for the images of REGISTRY, or of a part of it (`docker.io=mirror.example/hub`). Repeatable; also IMD_MIRROR.",
    ),
    click.option(
        "--insecure",
        multiple=True,
        metavar="HOST",
        envvar="IMD_INSECURE",
        help="Speak unencrypted HTTP with HOST. Repeatable; also IMD_INSECURE.",
    ),
)


def registry_options(command: F) -> F:
    """Add the options that say how registries are reached."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def tell(lines: Iterable[str]) -> None:
    """Write lines for a person to stderr: stdout is for what the command is asked for."""
    for line in lines:
        click.echo(shown(line), err=True)
