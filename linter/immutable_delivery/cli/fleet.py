"""`imd fleet`: many repositories as one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.progress import progress
from immutable_delivery.cli.requests import profile_option, today_option

_FORMATS = ("html", "markdown", "json")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[NAME=]FOLDER|URL|@FILE...")
@click.option(
    "-f",
    "--format",
    "kind",
    type=click.Choice(_FORMATS),
    default="markdown",
    show_default=True,
    help="What to write.",
)
@click.option("-o", "--output", "file", metavar="FILE", default="", help="Write into a file.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    metavar="N",
    help="Judge so many repositories at a time.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    default="",
    help="Have the workers of this Dask scheduler judge; they see the same folders.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="What one repository may take.",
)
@click.option("--state", "folder", metavar="FOLDER", default="",
              help="Keep what is done there, and go on from it; begin another folder to judge anew.")  # fmt: skip
@profile_option
@today_option
def fleet(
    words: tuple[str, ...], kind: str, file: str, jobs: int, scheduler: str, timeout: float, folder: str, profile: str, today: date,
) -> int:  # fmt: skip
    """Judge many repositories, each by a process of its own, and tell of all of them at once: the worst first.

    A URL is fetched by your own git, without history and with the blobs of one commit alone. @FILE has one repository a
    line. Exits with 1 if one could not be judged; the report names it.
    """
    from immutable_delivery.commands.fleet.judging import Options  # noqa: PLC0415
    from immutable_delivery.commands.fleet.rendering import FORMATS  # noqa: PLC0415
    from immutable_delivery.commands.fleet.repositories import repositories  # noqa: PLC0415
    from immutable_delivery.commands.fleet.running import local, outcomes, scheduled  # noqa: PLC0415
    from immutable_delivery.commands.fleet.summary import summed  # noqa: PLC0415

    options = Options(profile=profile, today=today.isoformat(), seconds=timeout)
    ways = scheduled(scheduler) if scheduler else local(jobs)
    with (
        TemporaryDirectory(prefix="imd-fleet-") as scratch,
        progress("judging repositories") as done,
    ):
        state = Path(folder or scratch)
        found = summed(outcomes(repositories(words), options, ways, state, done), today.isoformat())
    write(Target(kind, file), FORMATS[kind](found))
    return int(bool(found.failed))
