"""`imd merge`: the reports of many repositories as one."""

from __future__ import annotations

from typing import get_args

import click

from immutable_delivery.cli.output import Target, checked, options_for
from immutable_delivery.cli.reports import deliver
from immutable_delivery.cli.requests import output_option
from immutable_delivery.commands.merge import merged
from immutable_delivery.commands.merge.read import parts
from immutable_delivery.findings import FailOn
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import replace


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="[NAME=]FILE...")
@output_option
@click.option(
    "--fail-on",
    type=click.Choice(get_args(FailOn)),
    help="Exit with 1 if a finding is of that severity or worse, or makes what runs or builds that bad.",
)
@click.option("-v", "--verbose", is_flag=True, help="List every place and service.")
@click.option("--no-color", is_flag=True, help="Use no colours; so does the variable NO_COLOR.")
def merge(
    files: tuple[str, ...], targets: tuple[Target, ...], fail_on: FailOn | None,
    *, verbose: bool, no_color: bool,
) -> int:  # fmt: skip
    """Make one report of those of many repositories: JSON of imd, or SARIF of any tool.

    Files, services and findings get the name of their repository in front: NAME, else what the report says of its
    origin, else the name of FILE. Exits with 0 unless --fail-on asks for more.
    """
    targets = checked(targets)
    report = replace(
        merged(part for file in dict.fromkeys(files) for part in parts(file)), fail_on=fail_on
    )
    for target in targets:
        deliver(target, report, options_for(target, color=not no_color, verbose=verbose))
    return int(fails(report))
