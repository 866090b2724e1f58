"""Which groups of files may be linked with which: what a change of some can alter, and what it leaves as it is.

It is what the other modules of this room ask for, told from outside: by the files that facts speak of, by the names and folders of
services, by images that one makes and another takes. Rather too much is tied together than too little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Generic, TypeVar

from immutable_delivery.facts import (
    Build,
    Command,
    Container,
    Contract,
    Fact,
    Image,
    Install,
    Job,
    Migration,
    Source,
    Statement,
)
from immutable_delivery.links.feeding import names_of_dockerfile
from immutable_delivery.links.localbuilds import services_called
from immutable_delivery.links.makers import ends_of, is_named, path_of_repository
from immutable_delivery.links.services import key_of
from immutable_delivery.records import Record
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import above, folder_of, resolve
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Layout

Group = TypeVar("Group", bound=Hashable)

Tie = tuple[str, ...]
"""What several groups may have in common: its kind, and what of it."""


class Bonds(Record, frozen=True):
    """By what one group may be linked with others."""

    files: frozenset[str]
    """The files that its facts speak of."""
    shared: frozenset[Tie]
    """What ties all that have it."""
    takes: frozenset[Tie]
    """What ties all that take it to all that give it; where only one of both is, it ties nobody."""
    gives: frozenset[Tie]
    folders: frozenset[str]
    """The folders of which it says something as a whole."""
    singular: bool = False
    """Whether it speaks of the repository as a whole."""


def bonds_of(
    facts: Sequence[Fact],
    builds: Sequence[Build],
    paths: Iterable[str],
    remote: Callable[[], str] = str,
) -> Bonds:
    """Return by what a group of these facts and builds, and of what else is said of the files at these paths, may be linked with others.

    ``remote`` tells where the repository comes from.
    """
    files = {path for path in chain(_files(facts), _files_of_builds(builds), paths) if path}
    gives = {*chain.from_iterable(map(_given, facts)), *_given_by(builds, remote)}
    takes = {*chain.from_iterable(map(_taken, facts)), *_deployed_by_others(facts)}
    return Bonds(
        files=frozenset(files),
        shared=frozenset({*chain.from_iterable(map(_shared, facts)), *_shared_by(builds), *(("file", path) for path in files)}),
        takes=frozenset(takes),
        gives=frozenset(gives),
        folders=frozenset(_folders(facts)),
        singular=any(isinstance(fact, Contract) for fact in facts),
    )  # fmt: skip


def around(groups: Mapping[Group, Sequence[Bonds]], changed: Iterable[Group]) -> set[Group]:
    """Return the groups that may be linked with those that changed, themselves among them; each has its bonds of before and after."""
    index = _Index[Group].of(groups)
    found, waiting = set(changed), list(changed)
    while waiting:
        for key in index.ties_of(groups[waiting.pop()]):
            fresh = index.having.pop(key, set()) - found
            found |= fresh
            waiting += fresh
    return found


class _Index(Record, Generic[Group]):
    """Groups by what ties them."""

    having: dict[Tie, set[Group]]
    passed: frozenset[Tie]
    """What somebody takes and somebody gives."""
    folders: frozenset[str]

    @classmethod
    def of(cls, groups: Mapping[Group, Sequence[Bonds]]) -> _Index[Group]:
        every = [one for bonds in groups.values() for one in bonds]
        taken = frozenset[Tie]().union(*(one.takes for one in every))
        given = frozenset[Tie]().union(*(one.gives for one in every))
        folders = frozenset[str]().union(*(one.folders for one in every))
        index = cls(defaultdict(set), taken & given, folders)
        for key, bonds in groups.items():
            for tie in index.ties_of(bonds):
                index.having[tie].add(key)
        return index

    def ties_of(self, bonds: Sequence[Bonds]) -> Iterator[Tie]:
        """Yield what ties a group to others."""
        for one in bonds:
            yield from one.shared
            yield from (one.takes | one.gives) & self.passed
            yield from (("below", folder) for folder in one.folders)
            if self.folders:
                held = {folder for path in one.files for folder in (path, *above(path))}
                yield from (("below", folder) for folder in held & self.folders)


def _files(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        scope = fact.scope
        yield from (fact.used_at.file, fact.extent.file, scope.manifest, scope.dockerfile)
        yield from (place.file for place in fact.places.values())
        yield from (place.file for place in fact.related)
        if isinstance(fact, Install):
            yield from (package.place.file for package in fact.packages)
        elif isinstance(fact, Container):
            yield fact.dockerfile
        elif isinstance(fact, Source):
            yield from fact.applies
        elif isinstance(fact, Job):
            made = (*fact.builds, *fact.pushes, *fact.deploys)
            yield from (path for one in made for path in (one.dockerfile, one.place.file))


def _files_of_builds(builds: Iterable[Build]) -> Iterator[str]:
    for build in builds:
        yield from (build.place.file, build.dockerfile)
        yield from (place.file for place in build.arg_places.values())


def _shared(fact: Fact) -> Iterator[Tie]:
    scope = fact.scope
    if scope.service and (key := key_of(fact)):
        yield _of_project(key[1], key[2])
    if isinstance(fact, Image) and scope.deployed:
        yield "stack", folder_of(fact.manifest)
    if scope.dockerfile:
        yield "dockerfiles", folder_of(scope.dockerfile)
    if scope.chart:
        yield "chart", scope.chart
    if scope.overlay:
        yield "overlay", scope.overlay
    if isinstance(fact, Source) and fact.applies:
        yield "overlay", scope.owner
    if scope.alone or scope.phase == "pipeline" or isinstance(fact, Job):
        yield ("commands",)
    if isinstance(fact, Source) and scope.deployed:
        yield ("sources",)
    if isinstance(fact, Migration | Statement):
        yield ("migrations",)


def _shared_by(builds: Iterable[Build]) -> Iterator[Tie]:
    for build in builds:
        if build.service:
            yield _of_project(folder_of(build.place.file), build.service)
        yield "stack", folder_of(build.place.file)
        yield "dockerfiles", folder_of(build.dockerfile)


def _of_project(folder: str, name: str) -> Tie:
    """Return what all folders of one project have in common: those above any that only parts manifests or environments."""
    layout, kept = known(Layout).folder, []
    for part in folder.split("/"):
        if part == name or layout.fullmatch(part.lower()):
            break
        kept.append(part)
    return "project", "/".join(kept), name


def _taken(fact: Fact) -> Iterator[Tie]:
    if isinstance(fact, Image):
        name = (fact.name or name_and_tag(fact.text)[0]).rpartition("/")[2].lower()
        yield from (("image", one) for one in (name, *ends_of(name)))
        yield from (("repository", one) for one in _ends_of_path(fact.name or ""))
        if fact.local:
            yield from (("composed", one) for one in services_called(name))
    elif isinstance(fact, Job):
        every = (*fact.builds, *fact.pushes, *fact.deploys)
        yield from (_image(one.image) for one in every if one.image)
    elif isinstance(fact, Container) and fact.dockerfile and fact.code:
        yield ("migrated",)


def _deployed_by_others(facts: Sequence[Fact]) -> Iterator[Tie]:
    """Yield the images of no container here: a deployer puts them into what somebody else runs."""
    run = {key_of(fact) for fact in facts if isinstance(fact, Container)}
    for fact in facts:
        if isinstance(fact, Image) and fact.name and key_of(fact) not in run:
            yield "run", fact.name


def _ends_of_path(name: str) -> Iterator[str]:
    """Yield what the name of an image ends with, from each of its parts on."""
    parts = name.lower().split("/")
    return ("/".join(parts[start:]) for start in range(len(parts) - 1))


def _given(fact: Fact) -> Iterator[Tie]:
    if fact.scope.dockerfile:
        yield from _of_dockerfile(fact.scope.dockerfile)
    if isinstance(fact, Image) and fact.name:
        yield "run", fact.name
    if isinstance(fact, Job):
        yield from (_image(one.image) for one in (*fact.builds, *fact.pushes) if one.image)
    elif isinstance(fact, Command) and fact.builds and fact.target:
        yield _image(fact.target)
    elif isinstance(fact, Migration):
        yield ("migrated",)


def _given_by(builds: Iterable[Build], remote: Callable[[], str]) -> Iterator[Tie]:
    for build in builds:
        if build.tool == "job" and not is_named(build):
            yield "repository", path_of_repository(remote)
        yield from _of_dockerfile(build.dockerfile)
        yield from (_image(name) for name in (build.image, *build.names) if name)
        if not build.image:
            yield "composed", build.service.lower()


def _of_dockerfile(path: str) -> Iterator[Tie]:
    return (("image", name) for name in names_of_dockerfile(path))


def _image(reference: str) -> Tie:
    return "image", name_and_tag(reference)[0].rpartition("/")[2].lower()


def _folders(facts: Iterable[Fact]) -> Iterator[str]:
    """Yield what deployers take of this repository, if it is theirs."""
    for fact in facts:
        if isinstance(fact, Source) and fact.folder:
            folder = resolve("", fact.folder.lstrip("/"))
            if folder:
                yield folder


def alone(path: str) -> Bonds:
    """Return the bonds of a file of which is known only that it is there."""
    ties = frozenset([("file", path)])
    return Bonds(frozenset([path]), ties, frozenset(), frozenset(), frozenset())
