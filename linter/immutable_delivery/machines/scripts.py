"""Scripts of the repository that are run on a machine: named by a provisioner."""

from __future__ import annotations

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Scope, Unread
from immutable_delivery.source.files import above, lies_here, resolve
from immutable_delivery.syntax.yaml import Scalar


def found(said: str, folder: str, ctx: ParseContext) -> str | None:
    """Return the file or folder that a path means, from the folder of what names it or from one around that.

    Packer and Terraform take it from the folder where they are called, which is one of these.
    """
    inside = said.removeprefix("${path.root}/").removeprefix("${path.cwd}/")
    for base in (folder, *above(folder)):
        path = resolve(base, inside)
        if path and lies_here(ctx.files, path):
            return path
    return None


def missing(said: Scalar, scope: Scope) -> Unread:
    """Return that a script is not here."""
    return Unread(
        used_at=said.place,
        extent=said.place,
        scope=scope,
        subject="script",
        reason="it is not in the repository",
    )
