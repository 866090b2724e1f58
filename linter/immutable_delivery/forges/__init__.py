"""GitHub, GitLab and Gitea as reviews need them: the pull request, its diff, our earlier comments, and the requests that change those.

What to say is decided in `review`; a forge only translates. Nothing that `check` imports reaches this room.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from immutable_delivery.forges.model import Forge

FORGES = {
    "github": "GitHub, and GitHub Enterprise",
    "gitlab": "GitLab, hosted or your own",
    "gitea": "Gitea and Forgejo",
}
"""Each with who it is; a forge is a module of this package, named like it, with an object ``FORGE``."""


def forge_of(name: str) -> Forge:
    """Return a forge; only its own module is imported."""
    return cast("Forge", import_module(f"{__name__}.{name}").FORGE)
