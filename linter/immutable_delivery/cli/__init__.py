"""The command line: options in, one call, exit code out; a command is imported when it is asked for."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, cast

import click

from immutable_delivery import __version__
from immutable_delivery.cli.completing import files
from immutable_delivery.source.escape import nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "affected": "immutable_delivery.cli.affected",
    "baseline": "immutable_delivery.cli.baseline",
    "cache": "immutable_delivery.cli.cache",
    "check": "immutable_delivery.cli.check",
    "completion": "immutable_delivery.cli.completion",
    "config": "immutable_delivery.cli.config",
    "contract": "immutable_delivery.cli.contract",
    "explain": "immutable_delivery.cli.explain",
    "facts": "immutable_delivery.cli.facts",
    "fix": "immutable_delivery.cli.fix",
    "fleet": "immutable_delivery.cli.fleet",
    "hook": "immutable_delivery_hooks.cli",
    "init": "immutable_delivery_hooks.init.cli",
    "lock": "immutable_delivery.cli.lock",
    "merge": "immutable_delivery.cli.merge",
    "pin": "immutable_delivery.cli.pin",
    "policy": "immutable_delivery.cli.policy",
    "report": "immutable_delivery.cli.report",
    "review": "immutable_delivery.cli.review",
    "server": "immutable_delivery.cli.server",
    "unpin": "immutable_delivery.cli.pin",
    "verify": "immutable_delivery.cli.verify",
}
"""Modules that hold a command of the same name; those of the hooks lie above this package, which only knows their names."""

MEANT = {
    "help": ["--help"],
    "lint": ["check"],
    "list": ["policy", "list"],
    "rule": ["explain"],
    "rules": ["policy", "list"],
    "run": ["check"],
    "scan": ["check"],
    "version": ["--version"],
}
"""What other linters call a command, and what it is here."""

_GENERAL = {"--help", "-h", "--version", "-V"}


class Commands(click.Group):
    """The commands; what names none of them is for `check`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", getattr(import_module(COMMANDS[cmd_name]), cmd_name))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `imd PATHS…` and `imd --option` as `imd check …`, and what other linters call a command."""
        if args and args[0] in MEANT and not os.path.lexists(args[0]):
            word, *rest = args
            args = [*rest, *MEANT[word]] if word == "help" else [*MEANT[word], *rest]
        if ctx.resilient_parsing and not args:  # a shell completes the first word
            return super().parse_args(ctx, args)
        if not args or (args[0] not in COMMANDS and args[0] not in _GENERAL):
            _refuse_typo(ctx, args)
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return commands, or the paths that stand where a command could."""
        return super().shell_complete(ctx, incomplete) or files(ctx, None, incomplete)


def _refuse_typo(ctx: click.Context, args: list[str]) -> None:
    """Refuse what is no path but nearly a command."""
    if args and not args[0].startswith("-") and not os.path.lexists(args[0]):
        near = nearest(args[0], COMMANDS)
        if near:
            ctx.fail(f"'{args[0]}' is no path and no command; did you mean '{near}'?")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="imd")
def imd() -> None:
    """Find whatever lets a delivered system change without a new deploy.

    `imd PATHS…` is short for `imd check PATHS…`.
    """
