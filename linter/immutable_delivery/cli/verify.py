"""`imd verify`: compare the pins with their registries."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.progress import progress
from immutable_delivery.cli.registries import registry_options, tell
from immutable_delivery.cli.requests import config_option, today_option, verbose_option
from immutable_delivery.reporters.plain import count


@click.command()
@click.argument("what", nargs=-1, metavar="[PATH|IMAGE]...")
@click.option(
    "--max-age",
    "days",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Tell of images that were built longer ago; 0 for any age.  [default: `max_age` of missing-digest]",
)
@registry_options
@verbose_option
@config_option
@today_option
def verify(
    what: tuple[str, ...], mirrors: tuple[str, ...], insecure: tuple[str, ...], days: int | None, config: str, today: date,
    *, verbose: bool,
) -> int:  # fmt: skip
    """Tell which pins are behind their tags, gone from the registry, for one platform alone, or too old.

    Exits with 0 if there are none, 1 if there are some, 2 if a registry did not tell.
    """
    from immutable_delivery.commands.pin import output  # noqa: PLC0415
    from immutable_delivery.commands.pin.repository import open_repository  # noqa: PLC0415
    from immutable_delivery.commands.pin.verify import verify as compare  # noqa: PLC0415
    from immutable_delivery.registry.batch import RegistryOptions  # noqa: PLC0415 (registries only where they are asked)

    repository = open_repository(Path.cwd(), what, today, config)
    age = repository.max_age if days is None else days
    oldest = today - timedelta(min(age, today.toordinal() - 1)) if age else None
    said: list[str] = []
    reach = RegistryOptions(mirrors=mirrors, insecure=insecure, note=said.append)
    with progress("asking registries") as done:
        found = compare(repository, reach, oldest, done)
    lines = output.left(found.problems, repository.sheet)
    write(Target("text"), "".join(f"{line}\n" for line in lines))
    tell(dict.fromkeys(said) if verbose else ())
    tell(output.left(found.refused, repository.sheet))
    problems = count(len(found.problems), "problem")
    if not found.count:
        tell(["no image has a digest; `imd pin` writes them"])
        return 0
    tell([f"{count(found.count, 'pin')}, {problems}, {len(found.refused)} not answered for"])
    return 2 if found.refused else int(bool(found.problems))
