"""Which facts belong to one service: joined by builds, by names that lie together, by the meta file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Contract, Fact, Image, Scope, Service
from immutable_delivery.records import Record, replace
from immutable_delivery.source.files import folder_of
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Layout

Key = tuple[str, str, str]
"""How facts of one file family name a service: family (deploy, image), folder or Dockerfile, name."""


class Groups(Record):
    """Disjoint sets of keys."""

    parent: dict[Key, Key]

    def find(self, key: Key) -> Key:
        """Return the key that stands for the set of ``key``."""
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, one: Key, other: Key) -> None:
        """Make two sets one; the smaller key stands for both, whatever the order."""
        first, second = sorted((self.find(one), self.find(other)))
        self.parent[second] = first


def link_services(facts: Sequence[Fact], builds: Sequence[Build]) -> list[Fact]:
    """Return the facts with the names of their services, and a fact per service."""
    groups = Groups({})
    keys = [key_of(fact) for fact in facts]
    for key in filter(None, keys):
        groups.find(key)
    for build in builds:
        if build.dockerfile and build.service:
            groups.find(_deployer(build))
    _join_names(groups)
    shared = _join_builds(groups, builds)
    _join_images(groups, facts, keys, shared)
    names = _names(groups, shared)
    owners = {
        key: tuple(sorted(names[root] for root in shared.get(key, (groups.find(key),))))
        for key in filter(None, keys)
    }
    named = _named(facts, keys, owners)
    return [*named, *_services(named)]


def _named(
    facts: Sequence[Fact], keys: Sequence[Key | None], owners: Mapping[Key, tuple[str, ...]]
) -> list[Fact]:
    """Give facts the names of their services; those of one scope share the new one too."""
    scopes: dict[tuple[int, Key], Scope] = {}
    named = []
    for fact, key in zip(facts, keys, strict=True):
        if key is None:
            named.append(fact)
            continue
        same = (id(fact.scope), key)
        if same not in scopes:
            scopes[same] = replace(fact.scope, service=owners[key][0], also=owners[key][1:])
        named.append(replace(fact, scope=scopes[same]))
    return named


def key_of(fact: Fact) -> Key | None:
    """Return how a fact names its service: what it deploys, or the Dockerfile that it is part of."""
    if fact.scope.service:
        return ("deploy", folder_of(fact.manifest), fact.scope.service)
    if isinstance(fact, Contract):
        return ("deploy", folder_of(fact.manifest), fact.name)
    return ("image", fact.scope.dockerfile, "") if fact.scope.dockerfile else None


def _deployer(build: Build) -> Key:
    return ("deploy", folder_of(build.place.file), build.service)


def _join_builds(groups: Groups, builds: Iterable[Build]) -> dict[Key, set[Key]]:
    """Join a Dockerfile with the one service that builds from it; return those that several services share."""
    builders: dict[Key, set[Key]] = defaultdict(set)
    for build in builds:
        if build.dockerfile and build.service:
            builders["image", build.dockerfile, ""].add(groups.find(_deployer(build)))
    for image, deployers in builders.items():
        if len(deployers) == 1:
            groups.join(image, next(iter(deployers)))
    return {
        image: {groups.find(deployer) for deployer in deployers}
        for image, deployers in builders.items()
        if len(deployers) > 1
    }


def _join_names(groups: Groups) -> None:
    """Join equal names of one project."""
    by_name: dict[str, list[Key]] = defaultdict(list)
    for key in list(groups.parent):
        if key[0] == "deploy":
            by_name[key[2]].append(key)
    for keys in by_name.values():
        keys.sort()
        for index, one in enumerate(keys):
            for other in keys[index + 1 : index + 50]:
                if _together(one[1], other[1], one[2]):
                    groups.join(one, other)


def _together(one: str, other: str, name: str) -> bool:
    """Whether two folders are of one project: apart only by the service's name and by words for environments and manifests."""
    first, second = one.split("/") if one else [], other.split("/") if other else []
    while first and second and first[0] == second[0]:
        first, second = first[1:], second[1:]
    apart = [*first[:1], *second[:1]] if first and second else [*first, *second]
    layout = known(Layout).folder
    return all(part == name or layout.fullmatch(part) for part in apart)


def _join_images(
    groups: Groups,
    facts: Sequence[Fact],
    keys: Sequence[Key | None],
    shared: Mapping[Key, set[Key]],
) -> None:
    """Join a Dockerfile with what deploys an image of its folder's name, where only one Dockerfile has it."""
    by_folder: dict[str, set[Key]] = defaultdict(set)
    for key in list(groups.parent):
        if key[0] == "image" and key not in shared:
            by_folder[folder_of(key[1]).rpartition("/")[2]].add(key)
    for fact, own in zip(facts, keys, strict=True):
        if isinstance(fact, Image) and own is not None and own[0] == "deploy" and fact.name:
            dockerfiles = by_folder.get(fact.name.rpartition("/")[2], set())
            if len(dockerfiles) == 1 and "/" in fact.name:
                groups.join(next(iter(dockerfiles)), own)


def _names(groups: Groups, shared: Mapping[Key, set[Key]]) -> dict[Key, str]:
    """Name each set: the name its deployers use, else its Dockerfile's folder; with a folder where it is not unique."""
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(groups.parent.keys() - shared.keys()):
        members[groups.find(key)].append(key)
    short = {root: _short(keys) for root, keys in members.items()}
    count: dict[str, int] = defaultdict(int)
    for name in short.values():
        count[name] += 1
    names = {r: n if count[n] == 1 else f"{_folder(members[r])}:{n}" for r, n in short.items()}
    return _unique(names, members)


def _unique(names: dict[Key, str], members: dict[Key, list[Key]]) -> dict[Key, str]:
    seen: dict[str, Key] = {}
    for root in sorted(names):
        if names[root] in seen:
            family, place, name = members[root][0]
            names[root] = f"{place}:{name}" if family == "deploy" else place
        seen[names[root]] = root
    return names


def _short(keys: Sequence[Key]) -> str:
    deployed = [key[2] for key in keys if key[0] == "deploy"]
    return min(deployed) if deployed else folder_of(keys[0][1]).rpartition("/")[2] or keys[0][1]


def _folder(keys: Sequence[Key]) -> str:
    folders = [key[1] if key[0] == "deploy" else folder_of(key[1]) for key in keys]
    return min(folders, key=lambda folder: (len(folder), folder)) or "."


def _services(facts: Sequence[Fact]) -> list[Service]:
    by_name: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for name in fact.scope.services:
            by_name[name].append(fact)
    return [
        _service(name, members)
        for name, members in sorted(by_name.items())
        if any(isinstance(fact, (Container, Contract, Image)) for fact in members)
    ]


def _service(name: str, facts: Sequence[Fact]) -> Service:
    first = min(facts, key=lambda fact: (not isinstance(fact, (Container, Contract)), fact.used_at))
    environments = tuple(sorted({env for fact in facts for env in fact.scope.environments}))
    return Service(
        used_at=first.used_at, extent=first.extent, name=name,
        scope=replace(Scope(), owner=name, service=name, environments=environments),
        builds=any(fact.scope.dockerfile for fact in facts),
        runs=any(fact.scope.deployed for fact in facts),
    )  # fmt: skip
