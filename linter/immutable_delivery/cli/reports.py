"""Reports to where they are wanted, with what their readers leave out."""

from __future__ import annotations

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.findings import Report
from immutable_delivery.reporters import Options, rendered


def deliver(target: Target, report: Report, options: Options) -> None:
    """Write one report; what its readers take no more of is said on stderr."""
    text, left_out = rendered(target.format, report, options)
    write(target, text)
    for sentence in left_out:
        click.echo(f"imd: note: {target.format}: {sentence}", err=True)
    if target.format == "github":
        from immutable_delivery.cli.jobsummary import summarize  # noqa: PLC0415 (only a workflow has one)

        summarize(report, options)
