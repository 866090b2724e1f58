"""Which environment a Compose file is for, as its name or its folder tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from immutable_delivery.containers.environments import Environment, configured
from immutable_delivery.context import Surroundings
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments

_DEVCONTAINER = "devcontainer"
"""A folder with this word in its name holds the place where somebody works."""


def environment(path: str, profiles: Sequence[str], around: Surroundings) -> Environment:
    """Return the environment of a service: as the configuration says, by its last file, or by its profiles."""
    found = configured(path, around.settings.environments)
    return found or conventional(path) or _profiled(profiles) or Environment()


def conventional(path: str) -> Environment | None:
    """Return the environment that the name of a file or of its folder tells."""
    words = known(Environments)
    telling = words.compose_development | words.compose_stages
    folder, _, name = path.rpartition("/")
    for word in re.split(r"[._-]", name.lower()):
        if word in telling:
            return Environment(word, f"the file name says '{word}'", _is_development(word))
    last = folder.rpartition("/")[2].lower()
    if last in telling:
        return Environment(last, f"the folder is named '{last}'", _is_development(last))
    inside = next((part for part in folder.split("/") if _DEVCONTAINER in part.lower()), None)
    if inside is None:
        return None
    return Environment(_DEVCONTAINER, f"a folder is named '{inside}'", development=True)


def _profiled(profiles: Sequence[str]) -> Environment | None:
    """Return the environment of a service that has no profiles but those of development."""
    if not profiles or not all(map(_is_development, profiles)):
        return None
    return Environment(profiles[0], f"the profile is '{profiles[0]}'", development=True)


def _is_development(name: str) -> bool:
    return name in known(Environments).compose_development or name == _DEVCONTAINER
