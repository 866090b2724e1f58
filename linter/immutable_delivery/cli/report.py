"""`imd report`: what drifts, where, whose it is, and whether it gets better."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.progress import progress
from immutable_delivery.cli.requests import config_option, profile_option, today_option

_FORMATS = ("html", "markdown", "json", "badge")


@click.command()
@click.option(
    "-f",
    "--format",
    "kind",
    type=click.Choice(_FORMATS),
    default="html",
    show_default=True,
    help="What to write.",
)
@click.option("-o", "--output", "file", metavar="FILE", default="", help="Write into a file.")
@click.option("--history", "most", type=click.IntRange(0, 200), default=0, show_default=True, metavar="N",
              help="Judge N earlier commits of the last ninety days too, and draw how it went.")  # fmt: skip
@profile_option
@config_option
@today_option
def report(kind: str, file: str, most: int, profile: str, config: str, today: date) -> None:
    """Write a page on the repository: services and environments, findings, the four V's, and how they went.

    The page is one file that asks nobody for anything. In GitHub Actions the job summary gets the same as Markdown.
    """
    from immutable_delivery.commands.report.rendering import FORMATS, markdown  # noqa: PLC0415
    from immutable_delivery.commands.report.run import overview  # noqa: PLC0415
    from immutable_delivery.pipeline.settings import Request  # noqa: PLC0415

    with progress("judging earlier commits") as done:
        found = overview(
            Path.cwd(), Request(profile=profile, config=config, today=today), most, done
        )
    write(Target(kind, file), FORMATS[kind](found))
    if os.environ.get("GITHUB_STEP_SUMMARY"):
        from immutable_delivery.cli.jobsummary import add  # noqa: PLC0415

        add(markdown(found))
