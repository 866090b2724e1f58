"""Judge what a change or a push brings, and say so to the person who makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from immutable_delivery.cli.output import Target, options_for, write
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import FailOn
from immutable_delivery.pipeline.run import loads, run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import Record, replace
from immutable_delivery.reporters import render
from immutable_delivery.repository.ancestry import is_commit, is_trunk, origins, other_refs
from immutable_delivery.repository.git import Git, without_git
from immutable_delivery.repository.objects import commit_of
from immutable_delivery.source.escape import shown
from immutable_delivery_hooks.pushes import Update

_SHORT = 12


class Basis(Record, frozen=True):
    """What a push is judged by: the configuration of a commit, its own without one, or no more than the defaults."""

    commit: str | None = None
    defaults: bool = False


Trusted = Callable[[Update, Sequence[str]], Basis]
"""Tells, by the update and the commits that it comes from, what it is judged by."""


class Gate(Record, frozen=True):
    """How to judge, and the least that is refused; None: what the configuration says."""

    request: Request
    fail_on: FailOn | None = None


def opened() -> Git:
    """Return the repository that git runs the hook in."""
    git = Git.open(Path.cwd())
    if git is None:
        raise UsageError(without_git(Path.cwd()))
    return git


def refused(gate: Gate, about: str = "") -> bool:
    """Print the report of one run, after what it is ``about``, and tell whether it fails; a clean one says nothing."""
    outcome = run(Path.cwd(), gate.request)
    report = replace(outcome.report, fail_on=gate.fail_on or outcome.config.fail_on)
    target, failed = Target("text"), fails(report)
    if failed or report.findings or gate.request.defaults:
        if about:
            click.echo(f"imd: {about}", err=True)
        write(target, render(target.format, report, options_for(target, color=True)))
    return failed


def refused_push(
    git: Git,
    updates: Iterable[Update],
    gate: Gate,
    remote: str = "",
    trusted: Trusted = lambda *_: Basis(),
) -> bool:
    """Print what each ref brings that the remote, or who receives it, has not, and tell whether any of it fails.

    Where ``trusted`` names no commit, the configuration is the pushed one's own.
    """
    found = False
    for (bases, new, basis), refs in _changes(git, updates, remote, trusted).items():
        if new in bases:
            continue
        names, old = ", ".join(map(shown, refs)), bases[0][:_SHORT] if bases else "everything"
        request = replace(
            gate.request, commits=(bases, new), config_from=basis.commit, defaults=basis.defaults
        )
        found |= refused(replace(gate, request=request), f"{names}: {old} to {new[:_SHORT]}")
    return found


def unloadable(updates: Iterable[Update], request: Request) -> bool:
    """Say which branches would get a configuration that does not load, and could no longer be pushed to; tell whether any does."""
    branches = (update for update in updates if update.new and update.ref.startswith("refs/heads/"))
    reasons = [(branch.ref, loads(Path.cwd(), request, branch.new)) for branch in branches]
    for ref, reason in reasons:
        if reason:
            words = "its configuration does not load, mend it and push again"
            click.echo(f"imd: {shown(ref)}: {words}: {reason}", err=True)
    return any(reason for _, reason in reasons)


def _changes(
    git: Git, updates: Iterable[Update], remote: str, trusted: Trusted
) -> dict[tuple[tuple[str, ...], str, Basis], list[str]]:
    """Return the refs of every change: what several of them bring is judged once. Deleted refs bring nothing."""
    found: dict[tuple[tuple[str, ...], str, Basis], list[str]] = {}
    for update in updates:
        if update.new:
            new = commit_of(git, update.new)  # a tag may be an object itself
            bases = _bases(git, replace(update, new=new), remote)
            found.setdefault((bases, new, trusted(update, bases)), []).append(update.ref)
    return found


def _bases(git: Git, update: Update, remote: str) -> tuple[str, ...]:
    """Return what a ref comes from; the trunk, once it is there, from nothing but itself."""
    alone = is_commit(git, update.old) and is_trunk(git, update.ref, remote or "origin")
    return (
        (update.old,)
        if alone
        else origins(git, update.old, update.new, other_refs(update.ref, remote))
    )
