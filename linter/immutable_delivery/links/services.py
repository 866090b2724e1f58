"""Which facts belong to one service: joined by builds, by names that lie together, by the meta file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from immutable_delivery.facts import Build, Container, Contract, Fact, Image, Scope, Service
from immutable_delivery.files import folder_of
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record

Key = tuple[str, str, str]
"""How facts of one file family name a service: family (deploy, image), folder or Dockerfile, name."""


@dataclass(slots=True, eq=False, repr=False)
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
    """Return the facts with the name of their service, and a fact per service."""
    groups = Groups({})
    keys = [key_of(fact) for fact in facts]
    for key in keys:
        if key:
            groups.find(key)
    _join_builds(groups, builds)
    _join_names(groups)
    _join_images(groups, facts, keys)
    names = _names(groups)
    named = [
        f if key is None else f.scoped(service=names[groups.find(key)])
        for f, key in zip(facts, keys, strict=True)
    ]
    return [*named, *_services(named)]


def key_of(fact: Fact) -> Key | None:
    """Return how a fact names its service: what it deploys, or the Dockerfile that it is part of."""
    if fact.scope.service:
        return ("deploy", folder_of(fact.manifest), fact.scope.service)
    if isinstance(fact, Contract):
        return ("deploy", folder_of(fact.manifest), fact.name)
    return ("image", fact.scope.dockerfile, "") if fact.scope.dockerfile else None


def _join_builds(groups: Groups, builds: Iterable[Build]) -> None:
    for build in builds:
        if build.dockerfile and build.service:
            deploy = ("deploy", folder_of(build.place.file), build.service)
            groups.join(("image", build.dockerfile, ""), deploy)


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
    """Whether two folders are of one project: nested, or apart only by words for environments and manifests."""
    first, second = one.split("/"), other.split("/")
    if not one or not other or one == other:
        return True
    apart = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if apart is None:
        return True
    return all(part == name or _LAYOUT.fullmatch(part) for part in (first[apart], second[apart]))


_LAYOUT = lazy(
    r"(?:bases?|overlays?|env(?:ironment)?s?|components|clusters?|infra|docker|compose|swarm|release|apps"
    r"|(?:kubernetes|k8s|kube|kustomize|argocd|flux|gitops)(?:[-_]\w+)?|manifests?|deploy(?:ments?)?"
    r"|stag(?:e|ing)|prod(?:uction)?|dev(?:elopment)?|test(?:ing)?|qa|uat|pre-?prod|local|ci)",
)


def _join_images(groups: Groups, facts: Sequence[Fact], keys: Sequence[Key | None]) -> None:
    """Join a Dockerfile with what deploys an image of its folder's name, where only one Dockerfile has it."""
    by_folder: dict[str, set[Key]] = defaultdict(set)
    for key in list(groups.parent):
        if key[0] == "image":
            by_folder[folder_of(key[1]).rpartition("/")[2]].add(key)
    for fact, own in zip(facts, keys, strict=True):
        if isinstance(fact, Image) and own is not None and own[0] == "deploy" and fact.name:
            dockerfiles = by_folder.get(fact.name.rpartition("/")[2], set())
            if len(dockerfiles) == 1 and "/" in fact.name:
                groups.join(next(iter(dockerfiles)), own)


def _names(groups: Groups) -> dict[Key, str]:
    """Name each set: the name its deployers use, else its Dockerfile's folder; with a folder where it is not unique."""
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(groups.parent):
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
            names[root] = f"{members[root][0][1]}:{members[root][0][2]}"
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
        if fact.scope.service:
            by_name[fact.scope.service].append(fact)
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
        has_contract=any(isinstance(fact, Contract) for fact in facts),
    )  # fmt: skip
