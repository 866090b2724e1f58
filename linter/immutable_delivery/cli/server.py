"""`imd server`: the language server."""

from __future__ import annotations

import click

from immutable_delivery.cli.registries import registry_options
from immutable_delivery.errors import UsageError


@click.command()
@registry_options
def server(mirrors: tuple[str, ...], insecure: tuple[str, ...]) -> None:
    """Serve an editor by the Language Server Protocol, on the standard input and output.

    It reaches no network but for the action that pins a reference.
    """
    try:
        import pygls  # noqa: F401, PLC0415 (an extra)
    except ImportError:
        raise UsageError("the server needs pygls: install `immutable-delivery[server]`") from None
    from immutable_delivery.server.answering import serve  # noqa: PLC0415

    serve(mirrors, insecure)
