"""The folder in which git looks for the hooks of a repository."""

from __future__ import annotations

import os
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.repository.git import Git
from immutable_delivery.source.escape import shown

_OWN = {"local", "worktree", "command"}
"""Where a repository itself is configured, not the person or the machine."""


def hooks_folder(git: Git) -> Path:
    """Return the folder; refuse one that other repositories share."""
    scope, configured = _configured(git)
    if configured and scope not in _OWN:
        default = shown(str(_default(git)))
        raise UsageError(
            f"core.hooksPath names {shown(configured)} for every repository of this {'machine' if scope == 'system' else 'account'}, "
            f"and hooks there would run in all of them; give this one its own: git config core.hooksPath {default}"
        )
    if scope and not configured:
        raise UsageError(
            "core.hooksPath is empty, so git runs no hooks here; `git config --unset core.hooksPath` lets it again"
        )
    return git.top / configured if configured else _default(git)


def _configured(git: Git) -> tuple[str, str]:
    """Return core.hooksPath and what sets it; the last word is our own, which turns hooks off while we run git."""
    options = ("-z", "--show-scope", "--type=path", "--get-all")
    words = os.fsdecode(git.run("config", *options, "core.hooksPath").out).split("\0")[:-1]
    *others, _, _ = ["", "", *words]
    return others[-2], others[-1]


def _default(git: Git) -> Path:
    """Return the folder of a repository, which its linked worktrees share."""
    told = os.fsdecode(git.run("rev-parse", "--git-common-dir").out).removesuffix("\n")
    return (git.top / told).resolve() / "hooks"
