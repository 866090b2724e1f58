"""Which environment a manifest is for: by the configuration, by its folders, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from immutable_delivery.formats.lookup import text
from immutable_delivery.formats.yamltree import Mapping
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record

_HOLDERS = frozenset(
    "overlays overlay environments environment envs env clusters cluster stages".split()
)
_DEVELOPMENT = frozenset(
    "dev devel develop development local localhost debug minikube kind k3d k3s docker-desktop microk8s sandbox skaffold tilt".split()
)
_ORDER = (
    *sorted(_DEVELOPMENT), "ci", "test", "testing", "int", "integration", "qa", "uat", "acceptance",
    "preview", "stage", "staging", "stg", "preprod", "pre-prod", "canary", "prod", "prd", "production", "live",
)  # fmt: skip
_FOLDERS = frozenset(_ORDER) - {
    "ci",
    "test",
    "testing",
    "int",
    "integration",
    "kind",
    "debug",
    "live",
    "skaffold",
    "stage",
}
"""Folder names that say it by themselves, wherever they stand."""
_IN_NAME = lazy(
    r"[.\-_](dev|development|local|qa|uat|staging|stg|preprod|prod|production)\.[a-z]+\Z"
)
_TELLING = (
    ("labels", "environment"), ("labels", "env"), ("labels", "app.kubernetes.io/environment"), ("namespace",),
)  # fmt: skip
_BASES = frozenset({"base", "bases", "common", "components", "shared", "default"})


class Environment(Record, frozen=True):
    """An environment, and what names it."""

    name: str = ""
    evidence: str = ""
    development: bool = False


class Environments:
    """The environments of a repository: those of the configuration, else by convention."""

    def __init__(self, configured: Iterable[Any] = ()) -> None:
        self._configured = tuple(configured)

    def of(self, path: str) -> Environment:
        """Return the environment of a manifest."""
        for one in self._configured:
            pattern = next(
                (p for p in one.paths if fnmatchcase(path, p) or fnmatchcase(path, f"{p}/*")), None
            )
            if pattern is not None:
                return Environment(
                    one.name,
                    f"configuration: {pattern}",
                    one.development or is_development(one.name),
                )
        name, evidence = environment_of(path)
        return Environment(name, evidence, is_development(name))

    def of_object(self, root: Mapping) -> Environment:
        """Return the environment that the namespace or a label of an object names."""
        for keys in _TELLING:
            value = text(root, "metadata", *keys)
            name = value.rpartition("-")[2]
            if name.lower() in _FOLDERS:
                return Environment(name, f"{keys[-1]}: {value}", is_development(name))
        return Environment()

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names in the order in which an artifact passes through the environments."""
        configured = [one.name for one in self._configured]
        return tuple(sorted(set(names) - {""}, key=lambda name: _position(name, configured)))


@lru_cache(maxsize=4096)
def environment_of(path: str) -> tuple[str, str]:
    """Return the environment that a path names, and the part of the path that does; "" where none does."""
    folders = path.split("/")[:-1]
    for index in range(len(folders) - 1, -1, -1):
        if folders[index].lower() in _FOLDERS:
            return folders[index], "/".join(folders[: index + 1])
    for index in range(len(folders) - 2, -1, -1):
        if folders[index].lower() in _HOLDERS and folders[index + 1].lower() not in _BASES:
            return folders[index + 1], "/".join(folders[: index + 2])
    found = _IN_NAME.search(path.lower())
    return (found[1], path.rpartition("/")[2]) if found else ("", "")


def is_development(name: str) -> bool:
    """Whether the name of an environment says that developers work in it."""
    return (
        name.lower() in _DEVELOPMENT
        or re.match(r"(?:local|dev)[-_]|.*[-_](?:local|dev)\Z", name.lower()) is not None
    )


def _position(name: str, configured: Sequence[str]) -> tuple[int, int, str]:
    if name in configured:
        return 0, configured.index(name), name
    lower = name.lower()
    return 1, _ORDER.index(lower) if lower in _ORDER else len(_ORDER), name
