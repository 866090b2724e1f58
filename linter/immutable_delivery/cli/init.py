"""`imd init`: a configuration to begin with, from that of another tool."""

from __future__ import annotations

from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.config import FILE
from immutable_delivery.config.find import find
from immutable_delivery.discover import Tree, open_tree
from immutable_delivery.errors import UsageError
from immutable_delivery.migration import FILES, from_hadolint
from immutable_delivery.names import shown


@click.command()
@click.option(
    "--from-hadolint",
    "source",
    is_flag=False,
    flag_value=".",
    required=True,
    metavar="[FILE]",
    help=f"Take over the configuration of hadolint.  [default: {' or '.join(FILES)} at the root]",
)
@click.option("--write", "writing", is_flag=True, help=f"Write {FILE} instead of printing it.")
def init(source: str, *, writing: bool) -> None:
    """Begin a configuration with that of another tool.

    It is printed, each value with a comment on where it comes from; what has no counterpart is named on stderr.
    """
    tree = open_tree(Path.cwd())
    made = from_hadolint(tree.files, _path(tree, source))
    if writing:
        _write(tree, made.text)
    else:
        write(Target("text"), made.text)
    for line in made.left:
        click.echo(f"imd: not taken over: {shown(line)}", err=True)


def _path(tree: Tree, source: str) -> str:
    if source != ".":
        return tree.relative(source, Path.cwd())
    for path in FILES:
        if tree.files.state(path) != "missing":
            return path
    raise UsageError(
        f"there is no {' and no '.join(FILES)} at the root; name it: --from-hadolint FILE"
    )


def _write(tree: Tree, text: str) -> None:
    found = find(tree.files)
    if found:
        raise UsageError(f"{found} configures this repository already; print it and join the two")
    try:
        with (tree.root / FILE).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{FILE} cannot be written: {error.strerror}") from error
    click.echo(f"written: {FILE}")
