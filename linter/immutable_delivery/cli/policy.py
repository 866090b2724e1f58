"""`imd policy`: the policies, one by one, their examples, and new ones."""

from __future__ import annotations

from pathlib import Path

import click

from immutable_delivery.cli.completing import policies
from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.requests import form_option
from immutable_delivery.commands.policy import listing, page, scaffold, tested
from immutable_delivery.syntax.yaml.schema import schema_of


@click.group()
def policy() -> None:
    """List, explain, test and begin policies."""


@policy.command("list")
@form_option
def _list(form: str) -> None:
    """List every policy: the pack's and the repository's own."""
    write(Target("text"), listing(Path.cwd(), form))


@policy.command("show")
@click.argument("name", metavar="ID", shell_complete=policies)
@form_option
def _show(name: str, form: str) -> None:
    """Explain a policy: why, what to write instead, what it rejects, examples."""
    write(Target("text"), page(Path.cwd(), name, form))


@policy.command("test")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False))
def _test(files: tuple[str, ...]) -> int:
    """Try the examples of policy FILES; without FILES of all policies of the repository, else of the pack."""
    text, failures = tested(Path.cwd(), files)
    write(Target("text"), text)
    return int(failures > 0)


@policy.command("schema")
def _schema() -> None:
    """Print the JSON Schema of a policy file."""
    click.echo(schema_of("policy").text, nl=False)


@policy.command("new")
@click.argument("name", metavar="ID")
@click.option("--group", default="own", show_default=True, help="The group that it belongs to.")
def _new(name: str, group: str) -> None:
    """Write a policy to begin with into .imd/policies."""
    click.echo(f"written: {scaffold(Path.cwd(), name, group)}")
