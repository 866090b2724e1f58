"""`imd lock`: keep beside the files what registries say of the images in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.progress import progress
from immutable_delivery.cli.registries import registry_options, tell
from immutable_delivery.cli.requests import config_option, today_option, verbose_option
from immutable_delivery.errors import UsageError
from immutable_delivery.reporters.plain import count
from immutable_delivery.resources import shipped
from immutable_delivery.source.escape import shown


@click.command()
@click.option("--update", is_flag=True, help="Ask again what tags without a digest name.")
@click.option(
    "--check", is_flag=True, help="Only tell whether imd.lock fits the files; asks no registry."
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of imd.lock, and stop.")
@registry_options
@verbose_option
@config_option
@today_option
def lock(
    mirrors: tuple[str, ...], insecure: tuple[str, ...], config: str, today: date,
    *, update: bool, check: bool, schema: bool, verbose: bool,
) -> int:  # fmt: skip
    """Write imd.lock: what the images of the repository start, as whom, with which ports and volumes.

    `imd check` and `imd fix` read it, offline. It pins nothing: the digests in the files count, and it follows them.

    Exits with 0 if the lock is written or fits, 1 if --check finds it stale, 2 if a registry did not tell something.
    """
    if schema:
        click.echo(shipped("schemas", "lock.schema.json"), nl=False)
        return 0
    if update and check:
        raise UsageError("--check asks no registry, so --update cannot go with it")
    from immutable_delivery.commands.pin import locking, output  # noqa: PLC0415
    from immutable_delivery.commands.pin.repository import open_repository  # noqa: PLC0415
    from immutable_delivery.registry.batch import RegistryOptions  # noqa: PLC0415 (registries only where they are asked)

    repository = open_repository(Path.cwd(), (), today, config)
    if check:
        stale = locking.problems(repository)
        write(Target("text"), "".join(f"{shown(line)}\n" for line in stale))
        return int(bool(stale))
    said: list[str] = []
    with progress("asking registries") as done:
        reach = RegistryOptions(mirrors=mirrors, insecure=insecure, note=said.append)
        found = locking.lock(repository, reach, update=update, done=done)
    tell(dict.fromkeys(said) if verbose else ())
    tell(output.left(found.refused, repository.sheet))
    if found.refused and not found.answered:
        tell(["imd.lock is not written: no registry answered"])
        return 2
    changed = locking.write(repository.tree.root, found.lock)
    state = "written" if changed else "is as it was"
    known = f"{count(len(found.lock.images), 'image')}, {found.asked} asked for"
    tell([f"imd.lock {state}: {known}, {len(found.refused)} not answered for"])
    return 2 if found.refused else 0
