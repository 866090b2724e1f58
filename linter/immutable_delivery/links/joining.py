"""Which names mean one service: those of one project, those that run one artifact, those beside them in the same folders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from immutable_delivery.links.groups import Groups
from immutable_delivery.links.services import Key
from immutable_delivery.records import Record, field
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Layout

_NEAR = 50
"""As many folders with a service of one name are compared with each other."""


class Deployers(Record):
    """Who delivers what one Dockerfile makes."""

    builders: set[Key] = field(default_factory=set)
    """They build it where they run it: Compose."""
    runners: set[Key] = field(default_factory=set)
    """They run the image by its name."""
    speakers: set[Key] = field(default_factory=set)
    """They only describe or build it: meta files, Skaffold, bake."""

    @property
    def every(self) -> set[Key]:
        """All of them."""
        return self.builders | self.runners | self.speakers


def join_folders(groups: Groups) -> None:
    """Join equal names of one project."""
    by_name: dict[str, list[Key]] = defaultdict(list)
    for key in list(groups.parent):
        if key[0] == "deploy":
            by_name[key[2]].append(key)
    for keys in by_name.values():
        keys.sort()
        for index, one in enumerate(keys):
            for other in keys[index + 1 : index + _NEAR]:
                if _of_one_project(one[1], other[1], one[2]):
                    groups.join(one, other)


def _of_one_project(one: str, other: str, name: str) -> bool:
    """Whether two folders are apart only by the service's name and by words for environments and manifests."""
    first, second = one.split("/") if one else [], other.split("/") if other else []
    while first and second and first[0] == second[0]:
        first, second = first[1:], second[1:]
    apart = [*first[:1], *second[:1]] if first and second else [*first, *second]
    layout = known(Layout).folder
    return all(part == name or layout.fullmatch(part.lower()) for part in apart)


def join_artifacts(groups: Groups, artifacts: Mapping[Key, Deployers]) -> dict[Key, set[Key]]:
    """Join who delivers one artifact under one name; return the artifacts that several services share."""
    shared: dict[Key, set[Key]] = {}
    for artifact, by in sorted(artifacts.items()):
        _join_deployers(groups, by)
        roots = {groups.find(key) for key in by.builders | by.runners or by.speakers}
        if len(roots) == 1:
            groups.join(artifact, *roots, *by.speakers)
        elif roots:
            shared[artifact] = roots
    return {one: {groups.find(root) for root in roots} for one, roots in shared.items()}


def _join_deployers(groups: Groups, by: Deployers) -> None:
    """Join equal names, and one name of who builds it with one of who runs it."""
    for keys in named(by.every).values():
        groups.join(*keys)
    if len(named(by.builders)) < 2 and len(named(by.runners - by.builders)) < 2:  # noqa: PLR2004 (one name on each side)
        groups.join(*by.builders, *by.runners)


def named(keys: Iterable[Key]) -> dict[str, list[Key]]:
    """Return keys by the names that they give a service."""
    found: dict[str, list[Key]] = defaultdict(list)
    for key in keys:
        found[key[2]].append(key)
    return found


def join_neighbours(
    groups: Groups, artifacts: Iterable[Deployers], products: Mapping[Key, set[str]]
) -> None:
    """Join equal names with one product in folders that deliver the same artifact: the broker of a stack is that of its cluster."""
    projects = Groups()
    for by in artifacts:
        for keys in named(by.builders | by.runners).values():
            projects.join(*(_folder(key) for key in keys))
    found: dict[tuple[Key, str, str], list[Key]] = defaultdict(list)
    for key, names in products.items():
        for product in names if _folder(key) in projects.parent else ():
            found[projects.find(_folder(key)), key[2], product].append(key)
    for keys in found.values():
        groups.join(*keys)


def _folder(key: Key) -> Key:
    return ("folder", key[1], "")
