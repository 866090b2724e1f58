"""Which environment a Compose file is for, as its name or its folder tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

_DEVELOPMENT = frozenset(
    {"override", "dev", "devel", "develop", "development", "local", "localhost", "debug"}
)
_OTHERS = frozenset(
    {
        "test", "tests", "testing", "ci", "e2e", "integration", "qa", "uat", "stage", "staging", "preprod",
        "preview", "sandbox", "demo", "prod", "production", "live",
    }
)  # fmt: skip
_FOLDERS = {".devcontainer": "devcontainer"}


def environment_of(path: str) -> tuple[str, str]:
    """Return the name of the environment that a file is for, and what says so; both empty where nothing does."""
    folder, _, name = path.rpartition("/")
    for word in re.split(r"[._-]", name.lower()):
        if word in _DEVELOPMENT or word in _OTHERS:
            return word, f"the file name says '{word}'"
    last = folder.rpartition("/")[2].lower()
    if last in _DEVELOPMENT or last in _OTHERS or last in _FOLDERS:
        return _FOLDERS.get(last, last), f"the folder is named '{last}'"
    return "", ""


def environment(path: str, configured: Iterable[Any] = ()) -> tuple[str, str, bool]:
    """Return name, evidence and whether it is development: as the configuration says, else by convention."""
    for one in configured:
        for pattern in one.paths:
            if fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*"):
                development = one.development or is_development(one.name)
                return one.name, f"configuration: {pattern}", development
    name, evidence = environment_of(path)
    return name, evidence, is_development(name)


def is_development(name: str) -> bool:
    """Whether an environment is one in which people write the software."""
    return name in _DEVELOPMENT or name == "devcontainer"
