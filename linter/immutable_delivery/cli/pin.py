"""`imd pin` and `imd unpin`: digests into references, and out again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from immutable_delivery.cli.completing import files
from immutable_delivery.cli.output import Target, seen, write
from immutable_delivery.cli.progress import progress
from immutable_delivery.cli.registries import registry_options, tell
from immutable_delivery.cli.requests import config_option, today_option, verbose_option
from immutable_delivery.errors import UsageError
from immutable_delivery.reporters.plain import count

if TYPE_CHECKING:
    from immutable_delivery.commands.pin.joined import Both
    from immutable_delivery.commands.pin.pin import Result
    from immutable_delivery.commands.pin.repository import Repository

_PINNED, _LEFT, _REFUSED = 0, 1, 2


def _changing(command: Callable[..., int]) -> Callable[..., int]:
    """Take what is to be changed, and whether to write the changes or to show them."""
    command = click.option(
        "--diff",
        is_flag=True,
        help="Show the changes as a diff, and write nothing. This is the default.",
    )(command)
    command = verbose_option(command)
    command = click.option("--apply", is_flag=True, help="Write the files.")(command)
    return click.argument("what", nargs=-1, metavar="[PATH|IMAGE|ACTION]...", shell_complete=files)(
        command
    )


@click.command()
@_changing
@click.option(
    "--update", is_flag=True, help="Move the digests that are there to what their tags name today."
)
@click.option(
    "--check", is_flag=True, help="Only tell which references have no digest; asks no registry."
)
@click.option(
    "--style",
    type=click.Choice(["tag", "digest"]),
    default="tag",
    show_default=True,
    help="Write the digest behind the tag, or in its place with the tag as a comment.",
)
@registry_options
@config_option
@today_option
def pin(
    what: tuple[str, ...],
    style: str,
    mirrors: tuple[str, ...],
    insecure: tuple[str, ...],
    config: str,
    today: date,
    *,
    apply: bool,
    diff: bool,
    update: bool,
    check: bool,
    verbose: bool,
) -> int:
    """Write the digest of the image index behind each reference: `nginx:1.27` becomes `nginx:1.27@sha256:…`.

    What pipelines take by `uses:`, and what Argo CD and Flux take from Git, gets the commit, with its tag as a comment; an artifact gets its digest. That goes where the reference is decided, be that an ARG, a .env or an overlay; every other byte stays.
    Without PATH and IMAGE everything is pinned; IMAGE is a name with or without tag.

    Exits with 0 if every reference has its digest, 1 if changes are shown and not written or a reference cannot hold a
    digest, 2 if a registry did not tell one or a file cannot be written.
    """
    if apply + diff > 1 or check + (apply or diff or update) > 1:
        raise UsageError(
            "--apply, --diff and --check exclude each other, as do --check and --update"
        )
    from immutable_delivery.commands.pin import pin as pins  # noqa: PLC0415
    from immutable_delivery.commands.pin import servers, sources  # noqa: PLC0415
    from immutable_delivery.commands.pin.digest_style import pin_digest_only  # noqa: PLC0415
    from immutable_delivery.commands.pin.joined import joined  # noqa: PLC0415
    from immutable_delivery.commands.pin.plan import beside  # noqa: PLC0415
    from immutable_delivery.commands.pin.repository import open_repository  # noqa: PLC0415
    from immutable_delivery.registry.batch import RegistryOptions  # noqa: PLC0415 (registries only where they are asked)

    repository = open_repository(Path.cwd(), what, today, config)
    if check:
        return _checked(repository)
    said: list[str] = []
    with progress("asking registries") as done:
        reach = RegistryOptions(mirrors=mirrors, insecure=insecure, note=said.append)
        resolve = pins.online(reach, done)
        ask = servers.online(reach, resolve)
        written = pin_digest_only if style == "digest" else beside
        result = (
            pins.update(repository, resolve)
            if update
            else pins.pin(repository, resolve, written, ask)
        )
        taken = (sources.update if update else sources.pin)(repository, sources.online(reach))
    tell(dict.fromkeys(said) if verbose else ())
    both = joined(repository, result, taken)
    return _finished(repository, both, apply=apply, verbose=verbose)


@click.command()
@_changing
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Take every digest that stands beside a tag, whoever wrote it.",
)
@config_option
@today_option
def unpin(
    what: tuple[str, ...],
    config: str,
    today: date,
    *,
    apply: bool,
    diff: bool,
    everything: bool,
    verbose: bool,
) -> int:
    """Take the digests away that `imd pin` has written; the files are then what they were before.

    What `imd pin` has written stands in .imd/pins.json; digests that people wrote stay.
    """
    if apply and diff:
        raise UsageError("--apply and --diff exclude each other")
    from immutable_delivery.commands.pin import pin as pins  # noqa: PLC0415
    from immutable_delivery.commands.pin import sources  # noqa: PLC0415
    from immutable_delivery.commands.pin.joined import joined  # noqa: PLC0415
    from immutable_delivery.commands.pin.repository import open_repository  # noqa: PLC0415

    repository = open_repository(Path.cwd(), what, today, config)
    result = pins.unpin(repository, everything=everything)
    both = joined(repository, result, sources.unpin(repository))
    return _finished(repository, both, apply=apply, verbose=verbose)


def _checked(repository: Repository) -> int:
    from immutable_delivery.commands.pin import revisions, sources  # noqa: PLC0415
    from immutable_delivery.commands.pin.output import left  # noqa: PLC0415
    from immutable_delivery.commands.pin.pin import lacking, pending  # noqa: PLC0415
    from immutable_delivery.commands.pin.plan import left_of  # noqa: PLC0415

    skipped = [left_of(one, lacking(one)) for one in pending(repository)]
    skipped += (sources.left_of(one, "has no commit") for one in sources.pending(repository))
    skipped += map(revisions.lacking, revisions.pending(repository))
    lines = list(left(skipped, repository.sheet))
    write(Target("text"), "".join(f"{line}\n" for line in lines))
    return _LEFT if lines else _PINNED


def _finished(repository: Repository, both: Both, *, apply: bool, verbose: bool) -> int:
    """Show or write the changes, and say what is left."""
    from immutable_delivery.commands.pin import output  # noqa: PLC0415
    from immutable_delivery.commands.pin.joined import left_of_both, refused_of_both  # noqa: PLC0415

    sheet, result = repository.sheet, both.images
    left, refused = left_of_both(both), refused_of_both(both)
    unwritten = _applied(repository, result) if apply else _shown(result)
    tell(result.unsure if verbose else ())
    if apply:
        tell(output.pinned(result.pins, sheet))
        tell(output.revised(result.revisions, sheet))
        tell(output.taken(both.sources.pins, sheet))
    tell(output.left(left, sheet))
    tell(output.left(refused, sheet))
    files = count(len(result.changes) - len(unwritten), "file")
    number = len(result.pins) + len(result.revisions) + len(both.sources.pins)
    changed = f"{count(number, 'reference')} in {files}"
    verb = "changed" if apply else "to change"
    summary = f"{changed} {verb}, {len(left)} left as they are, {len(refused)} not answered for"
    tell([*unwritten, summary])
    if refused or unwritten:
        return _REFUSED
    return _LEFT if left or (result.changes and not apply) else _PINNED


def _applied(repository: Repository, result: Result) -> list[str]:
    """Write the files, and the record around them: whoever dies in between loses none; return what was not written."""
    from immutable_delivery.commands.pin import pins_file  # noqa: PLC0415
    from immutable_delivery.edits import write as writing  # noqa: PLC0415

    root, old = repository.tree.root, pins_file.read(repository.tree.files)
    pins_file.write(root, pins_file.joined(old, result.record))
    outcomes = writing.write(root, result.changes)
    refused = {outcome.path: outcome.refused for outcome in outcomes if outcome.refused}
    pins_file.write(root, pins_file.within(result.record, old, refused))
    return [f"{path} {reason}" for path, reason in refused.items()]


def _shown(result: Result) -> list[str]:
    from immutable_delivery.edits.diff import patch  # noqa: PLC0415

    write(Target("text"), seen(patch(result.changes).decode("utf-8", "surrogateescape")))
    return []
