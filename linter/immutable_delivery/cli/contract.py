"""`imd contract`: the delivery meta file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import replace
from immutable_delivery.reporters import render
from immutable_delivery.syntax.yaml.schema import schema_of


@click.group()
def contract() -> None:
    """Work with delivery meta files (delivery.yaml)."""


@contract.command("schema")
def _schema() -> None:
    """Print the JSON Schema of the delivery meta file."""
    click.echo(schema_of("contract").text, nl=False)


@contract.command("check")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
def _check(paths: tuple[str, ...]) -> int:
    """Judge the delivery meta files of PATHS by the policies of the group contract."""
    request = Request(paths=paths, select=("contract",), today=datetime.now().astimezone().date())
    report = run(Path.cwd(), request).report
    contracts = {file.path for file in report.files if file.format == "contract"}
    own = tuple(finding for finding in report.findings if finding.place.file in contracts)
    report = replace(report, findings=own)
    write(Target("concise"), render("concise", report))
    if not any(file.format == "contract" and not file.skipped for file in report.files):
        click.echo("imd: warning: no delivery meta file was judged", err=True)
    return int(fails(report))
