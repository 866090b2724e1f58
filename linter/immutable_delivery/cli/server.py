"""`imd server`: the language server."""

from __future__ import annotations

import click

from immutable_delivery.errors import UsageError


@click.command()
def server() -> None:
    """Serve an editor by the Language Server Protocol, on the standard input and output."""
    try:
        import pygls  # noqa: F401, PLC0415 (an extra)
    except ImportError:
        raise UsageError("the server needs pygls: install `immutable-delivery[server]`") from None
    from immutable_delivery.server.serving import serve  # noqa: PLC0415

    serve()
