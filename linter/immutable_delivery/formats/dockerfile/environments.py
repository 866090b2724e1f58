"""Whether a Dockerfile is for development, as its name or the folder of a development container tells."""

from __future__ import annotations

import re

from immutable_delivery.containers.environments import Environment, is_development
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Scope
from immutable_delivery.source.files import folder_of

_DEVCONTAINER = "devcontainer"


def meant_for(scope: Scope, ctx: ParseContext) -> Scope:
    """Return the scope of a Dockerfile's facts: of development where it says so and nothing that is deployed is built from it."""
    path = scope.dockerfile
    if any(build.deployed and build.dockerfile == path for build in ctx.builds):
        return scope
    folders, name = folder_of(path), path.rpartition("/")[2].lower()
    word = next((one for one in re.split(r"[._-]", name) if is_development(one)), "")
    if word:
        return Environment(word, f"the file name says '{word}'", development=True).reached(scope)
    inside = next((one for one in folders.split("/") if _DEVCONTAINER in one.lower()), "")
    if not inside:
        return scope
    told = f"a folder is named '{inside}'"
    return Environment(_DEVCONTAINER, told, development=True).reached(scope)
