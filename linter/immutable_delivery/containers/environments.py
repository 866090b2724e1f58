"""Which environment a manifest is for, by the configuration, its folders or its name; and in which order environments come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from immutable_delivery.context import Environment as Configured
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Scope
from immutable_delivery.records import Record, replace
from immutable_delivery.syntax.gitignore import fits
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments


class Environment(Record, frozen=True):
    """An environment, and what names it."""

    name: str = ""
    evidence: str = ""
    development: bool = False

    def reached(self, scope: Scope) -> Scope:
        """Return the scope of what reaches this environment."""
        if not self.name:
            return scope
        development = scope.development or self.development
        return replace(
            scope, environments=(self.name,), evidence=(self.evidence,), development=development
        )


def environment(path: str, ctx: ParseContext) -> Environment:
    """Return the environment of a manifest: as the configuration says, else by convention."""
    found = configured(path, ctx.settings.environments)
    return found or conventional(path)


def configured(path: str, environments: Iterable[Configured]) -> Environment | None:
    """Return the environment that the configuration gives a path."""
    for one in environments:
        for pattern in one.paths:
            if fits(path, pattern):
                development = one.development or is_development(one.name)
                return Environment(one.name, f"configuration: {pattern}", development)
    return None


def conventional(path: str) -> Environment:
    """Return the environment that a path names, and the part of the path that does."""
    return _conventional(path, known(Environments))


@lru_cache(maxsize=4096)
def _conventional(path: str, names: Environments) -> Environment:
    name, evidence = _named(path, names)
    return Environment(name, evidence, is_development(name))


def _named(path: str, names: Environments) -> tuple[str, str]:
    folders = path.split("/")[:-1]
    for index in range(len(folders) - 1, -1, -1):
        if folders[index].lower() in names.telling:
            return folders[index], "/".join(folders[: index + 1])
    for index in range(len(folders) - 2, -1, -1):
        if (
            folders[index].lower() in names.holders
            and folders[index + 1].lower() not in names.shared
        ):
            return folders[index + 1], "/".join(folders[: index + 2])
    found = names.in_name.search(path.lower())
    return (found[1], path.rpartition("/")[2]) if found else ("", "")


def is_development(name: str) -> bool:
    """Whether the name of an environment says that developers work in it."""
    word = name.lower()
    return (
        word in known(Environments).development
        or word.startswith(("local-", "local_", "dev-", "dev_"))
        or word.endswith(("-local", "_local", "-dev", "_dev"))
    )


def ordered(found: Iterable[Environment], ctx: ParseContext) -> list[Environment]:
    """Return environments, each once, in the order in which an artifact passes through them."""
    known_names = [one.name for one in ctx.settings.environments]
    named = {one.name: one for one in found if one.name}
    return sorted(named.values(), key=lambda one: _position(one.name, known_names))


def _position(name: str, known_names: Sequence[str]) -> tuple[int, int, str]:
    if name in known_names:
        return 0, known_names.index(name), name
    lower, order = name.lower(), known(Environments).order
    return 1, order.index(lower) if lower in order else len(order), name
