"""`imd affected`: what a change rebuilds and redeploys."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from immutable_delivery.cli.completing import revisions
from immutable_delivery.cli.output import Target, write
from immutable_delivery.commands.affected import affected as answered
from immutable_delivery.commands.affected.rendering import rendered
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.workers import processes
from immutable_delivery.syntax.yaml.schema import schema_of


def _schema(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:  # noqa: FBT001 (click's signature)
    if asked and not ctx.resilient_parsing:
        click.echo(schema_of("affected").text, nl=False)
        ctx.exit()


@click.command()
@click.option(
    "--since",
    metavar="REV",
    required=True,
    shell_complete=revisions,
    help="The commit to compare with: of the last deploy, or the branch that a change is for.",
)
@click.option(
    "--uncommitted",
    is_flag=True,
    help="Count what is not committed too, and files that git does not track.",
)
@click.option(
    "--direct",
    is_flag=True,
    help="Compare with REV itself, not with where HEAD and REV began: what is deployed may not be an ancestor.",
)
@click.option(
    "-f",
    "--format",
    "--output-format",
    "form",
    type=click.Choice(["text", "json", "matrix"]),
    default="text",
    help="For people, for programs, or as the `include` of a matrix of jobs.  [default: text]",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_schema,
    help="Print the JSON Schema of the form for programs, and nothing else.",
)
@click.option("-v", "--verbose", is_flag=True, help="List what is untouched too, and every reason.")
def affected(since: str, form: str, *, uncommitted: bool, direct: bool, verbose: bool) -> None:
    """Tell which images a change rebuilds, which services then redeploy, and which are proved untouched.

    What nobody can know (a context from elsewhere, a variable path) counts as affected, and says so. Exits with 0 whatever
    the answer is, 2 if there is something to mend in the call.
    """
    request = Request(today=datetime.now().astimezone().date(), jobs=processes(), cache=True)
    answer = answered(Path.cwd(), since, request, uncommitted=uncommitted, direct=direct)
    write(Target(form), rendered(answer, form, verbose=verbose))
