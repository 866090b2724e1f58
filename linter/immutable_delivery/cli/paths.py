"""Paths as people give them: pasted with a line behind, quoted patterns, an empty variable."""

from __future__ import annotations

from os.path import lexists

import click

from immutable_delivery.cli.completing import files
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.escape import shown

_LINE = lazy(r"(.+?)(?::\d+){1,2}:?")
"""A path as reports and editors write it, with line and column."""


def named(_ctx: click.Context, _param: click.Parameter, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths; refuse what names nothing for a reason that the caller cannot see."""
    return tuple(map(_named, paths))


def _named(path: str) -> str:
    if not path.strip():
        raise click.UsageError("a path is empty; is a variable of the call not set?")
    if lexists(path):
        return path
    if path == "-":
        return path
    bare = pasted(path)
    if bare and lexists(bare):
        return bare
    if "*" in path or "?" in path:
        why = "the shell has to expand a pattern, or leave the path out and use --exclude"
        raise click.UsageError(f"{shown(path)}: no such file or folder; {why}")
    return path


def pasted(path: str) -> str | None:
    """Return a path without the line and column that reports and editors write behind it; None where there is none."""
    found = _LINE.fullmatch(path)
    return found[1] if found else None


paths_argument = click.argument(
    "paths", nargs=-1, metavar="[PATHS]...", callback=named, shell_complete=files
)
