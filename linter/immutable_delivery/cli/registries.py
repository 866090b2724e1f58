"""What every command that asks registries has in common: options, progress, and how its outcome is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from immutable_delivery.names import shown

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


@contextmanager
def progress(label: str) -> Iterator[Callable[[Any], None]]:
    """Give what is called for each image that is done; a person at a terminal sees them counted."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    count = 0

    def done(_name: Any) -> None:
        nonlocal count
        count += 1
        click.echo(f"\r{label}: {count}", nl=False, err=True)

    try:
        yield done
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def tell(lines: Iterable[str]) -> None:
    """Write lines for a person to stderr: stdout is for what the command is asked for."""
    for line in lines:
        click.echo(shown(line), err=True)
