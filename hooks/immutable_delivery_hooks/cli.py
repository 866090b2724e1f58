"""`imd hook`: what git starts, and how it comes to start it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click

from immutable_delivery.cli.requests import profile_option
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import FailOn
from immutable_delivery.pipeline.run import loads
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.workers import processes
from immutable_delivery.repository.ancestry import is_commit
from immutable_delivery_hooks.gate import Basis, Gate, opened, refused, refused_push, unloadable
from immutable_delivery_hooks.install import install, uninstall
from immutable_delivery_hooks.pushes import Update, received, sent
from immutable_delivery_hooks.scripts import HOOKS


@click.group()
def hook() -> None:
    """Judge what is committed and pushed, as git's hooks ask for it."""


@hook.command("install")
@click.argument("names", nargs=-1, type=click.Choice(list(HOOKS)))
@click.option("--chain", is_flag=True, help="Keep a hook that is there, and run it first.")
def _install(names: tuple[str, ...], *, chain: bool) -> None:
    """Have git run imd before commits, merges and pushes; in a bare repository for every push that arrives."""
    for line in install(opened(), names, chain=chain):
        click.echo(line)


@hook.command("uninstall")
@click.argument("names", nargs=-1, type=click.Choice(list(HOOKS)))
def _uninstall(names: tuple[str, ...]) -> None:
    """Take the hooks of imd away; what they ran first comes back."""
    for line in uninstall(opened(), names):
        click.echo(line)


@hook.command("staged")
def _staged() -> int:
    """Judge what a commit would change (pre-commit, pre-merge-commit)."""
    if opened().ask("diff-index", "--quiet", "--cached", "HEAD").code == 0:
        return 0
    return int(refused(_gate(staged=True, cache=True)))


@hook.command("pushed")
@click.argument("remote", default="origin")
@click.argument("url", default="")
def _pushed(remote: str, url: str) -> int:  # noqa: ARG001 (git gives both)
    """Judge the commits of a push, which git names on the standard input (pre-push)."""
    return int(refused_push(opened(), sent(_given()), _gate(cache=True), remote))


@hook.command("pre-receive")
@profile_option
@click.option(
    "--fail-on", type=click.Choice(get_args(FailOn)), help="Lowest severity that is refused."
)
@click.option("--config-from", metavar="REV", help="Go by the configuration of this commit always.")
@click.option("--no-inline-ignores", is_flag=True, help="Honour no ignore comments of a push.")
def _receive(
    profile: str, fail_on: FailOn | None, config_from: str | None, *, no_inline_ignores: bool
) -> int:
    """Refuse a push that brings findings, on the server, where nobody can leave it out (pre-receive).

    Files are read straight from git's objects, where a push lies until it is accepted. Configuration, policies and
    baseline are those that the ref has before the push, for a new one those of the default branch, or of the commit
    it begins from. A push whose own configuration does not load is refused; where what is there does not load, the
    defaults judge the push that mends it.
    """
    git, updates = opened(), list(received(_given()))
    wanted = {"inline_ignores": not no_inline_ignores, "strangers": no_inline_ignores}
    gate = _gate(fail_on, profile=profile, **wanted)

    def trusted(update: Update, bases: Sequence[str]) -> Basis:
        """Go by what a push begins from where the server lacks its default branch, as it does after a change of name."""
        places = [config_from] if config_from else [update.old, "HEAD", *bases]
        there = [rev for rev in places if config_from or is_commit(git, rev)]
        sound = next((rev for rev in there if not loads(Path.cwd(), gate.request, rev)), None)
        return Basis(sound, defaults=bool(there) and sound is None)

    return int(
        unloadable(updates, gate.request) or refused_push(git, updates, gate, trusted=trusted)
    )


def _gate(fail_on: FailOn | None = None, **wanted: Any) -> Gate:
    today = datetime.now().astimezone().date()
    return Gate(Request(today=today, jobs=processes(), **wanted), fail_on)


def _given() -> list[bytes]:
    if sys.stdin is None:
        raise UsageError("the standard input is closed, where git tells what is pushed")
    if sys.stdin.isatty():
        raise UsageError("git starts this hook and tells it on the standard input what is pushed")
    return sys.stdin.buffer.readlines()
