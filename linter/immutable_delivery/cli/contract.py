"""`imd contract`: the delivery meta file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.findings import Finding, Report
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import replace
from immutable_delivery.reporters import render
from immutable_delivery.reporters.concise import line
from immutable_delivery.reporters.located import where
from immutable_delivery.reporters.plain import inert
from immutable_delivery.source.escape import shown
from immutable_delivery.syntax.yaml.schema import schema_of


@click.group()
def contract() -> None:
    """Work with delivery meta files (delivery.yaml)."""


@contract.command("schema")
def _schema() -> None:
    """Print the JSON Schema of the delivery meta file."""
    click.echo(schema_of("contract").text, nl=False)


@contract.command("init")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--print", "only", is_flag=True, help="Print the files, and write none.")
def _init(services: tuple[str, ...], *, only: bool) -> None:
    """Write a delivery meta file for each SERVICE from what is known of it; without names for all that are built here.

    It lies beside the Dockerfile. What the repository does not tell stands in it as a comment; no file is written over.
    """
    from immutable_delivery.commands.contract.begin import begun  # noqa: PLC0415 (the other commands need none of it)

    root, files = begun(Path.cwd(), services)
    for file in files:
        if only:
            click.echo(inert(f"# {shown(file.path)}\n{file.text}"), nl=False)
        else:
            with (root / file.path).open("x", encoding="utf-8") as target:
                target.write(file.text)
            click.echo(f"written: {shown(file.path)}")
    if not files:
        click.echo("imd: note: every service that is built here has a meta file", err=True)


@contract.command("check")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Judge all meta files, and name both places of each sentence that the repository contradicts.",
)
def _check(paths: tuple[str, ...], *, every: bool) -> int:
    """Judge the delivery meta files of PATHS by the policies of the group contract."""
    today = datetime.now().astimezone().date()
    named = () if every else paths
    report = run(Path.cwd(), Request(paths=named, select=("contract",), today=today)).report
    contracts = {file.path for file in report.files if file.format == "contract"}
    own = tuple(one for one in report.findings if _speaks_of(one, contracts))
    report = replace(report, findings=own)
    text = "".join(_both(one, report) for one in own) if every else render("concise", report)
    write(Target("concise"), inert(text))
    if not any(file.format == "contract" and not file.skipped for file in report.files):
        click.echo("imd: warning: no delivery meta file was judged", err=True)
    return int(fails(report))


def _speaks_of(finding: Finding, contracts: set[str]) -> bool:
    return any(place.file in contracts for place in (finding.place, *finding.uses))


def _both(finding: Finding, report: Report) -> str:
    """Return a finding, and below it the places that it is about beside its own."""
    lines = [
        line(report, finding),
        *(f"    {where(report, place)}: says otherwise" for place in finding.uses),
    ]
    return "".join(f"{one}\n" for one in lines)
