"""What a shell may complete: files, policies, profiles, formats, revisions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from immutable_delivery.errors import ImdError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def item(value: str, said: str | None = None, kind: str = "plain") -> CompletionItem:
    """Return what a shell may put in, and what it says beside it."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 (only for who completes)

    return CompletionItem(value, kind, said)


def files(
    _ctx: click.Context, _param: click.Parameter | None, incomplete: str
) -> list[CompletionItem]:
    """Leave it to the shell, which knows the files."""
    return [item(incomplete, kind="file")]


def policies(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return ids of policies, with what each rejects."""
    from immutable_delivery.policy.model import builtin  # noqa: PLC0415 (only for who completes)

    found = ((policy.id, policy.name) for policy in builtin())
    return [item(name, said) for name, said in found if name.startswith(incomplete)]


def selectors(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return ids and groups of policies, drifts and layers, behind the last comma."""
    from immutable_delivery.policy.model import builtin  # noqa: PLC0415 (as above)

    before, comma, last = incomplete.rpartition(",")
    groups = sorted({policy.group for policy in builtin()})
    others = [*groups, *map("drift:{}".format, _DRIFTS), *map("layer:{}".format, _LAYERS)]
    found = [*policies(ctx, param, last), *_starting(others, last)]
    return [item(f"{before}{comma}{one.value}", one.help) for one in found]


def profiles(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the profiles of the pack and of the configuration."""
    return _starting(["default", "strict", *_own_profiles()], incomplete)


def revisions(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the branches and tags of the repository."""
    from immutable_delivery.repository.git import Git  # noqa: PLC0415 (as above)

    try:
        git = Git.open(Path.cwd())
        said = git.ask("for-each-ref", "--format=%(refname:short)").out if git else b""
    except ImdError:
        said = b""
    return _starting(["HEAD", *said.decode("utf-8", "ignore").split()], incomplete)


_DRIFTS = ("divergent", "convergent", "none")
_LAYERS = ("os", "middleware", "application", "data")


def _starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [item(name) for name in names if name.startswith(incomplete)]


def _own_profiles() -> list[str]:
    from immutable_delivery.config.read import load  # noqa: PLC0415 (as above)
    from immutable_delivery.repository.discover import open_tree  # noqa: PLC0415 (as above)

    try:
        return sorted(load(open_tree(Path.cwd()).files).profiles)
    except ImdError:
        return []
