"""Which Dockerfile makes which image, and what says so: never a bare word.

The first that applies: a build names its result; who runs the image in one file builds it in another; the name ends with the
folder of the one Dockerfile that can be meant. Where two Dockerfiles fit, neither is taken, and that is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import commonpath

from immutable_delivery.facts import Build, Fact, Image
from immutable_delivery.links.services import Key
from immutable_delivery.records import Record
from immutable_delivery.references.git import repository_of
from immutable_delivery.references.images import name_and_tag, parts
from immutable_delivery.source.files import folder_of
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments, ImageStarts, Layout, Purposes

_RUN = frozenset({"container", "contract", ""})
"""Roles of the image that is the service: what starts beside it, or before it, is another's."""
_UNKNOWN = frozenset("${}<>%")
"""Marks of what is not known, in names that are written for a person."""


class Used(Record, frozen=True):
    """An image that something names as what a service is, and who does."""

    repository: str
    deployer: Key
    manifest: str


class Makers(Record, frozen=True):
    """What makes the images that are run here."""

    of: Mapping[Used, str]
    """The one Dockerfile that makes it; empty where nothing here does."""
    named: Mapping[str, set[str]]
    """Repositories, and the Dockerfiles from which builds make them."""
    doubtful: Mapping[Used, tuple[str, ...]]
    """Of others, the Dockerfiles of which any may be the one that makes it."""


class Deliverers(Record, frozen=True):
    """Who delivers what, as far as it is known without the images."""

    built: Mapping[Key, set[str]]
    """The Dockerfiles that each builds from."""
    root: Callable[[Key], Key]
    """Which names mean one service."""
    remote: Callable[[], str] = str
    """Where the repository comes from."""


def uses_of(facts: Sequence[Fact], keys: Sequence[Key | None]) -> list[Used]:
    """Return the images that services run, each once for who names it in a file."""
    found = {
        Used(fact.name, key, fact.manifest): None
        for fact, key in zip(facts, keys, strict=True)
        if isinstance(fact, Image)
        and fact.role in _RUN
        and fact.name
        and key
        and key[0] == "deploy"
    }
    return list(found)


def named_by(builds: Iterable[Build]) -> dict[str, set[str]]:
    """Return the Dockerfiles from which builds make an image of a name."""
    found: dict[str, set[str]] = defaultdict(set)
    for build in builds:
        for written in (build.image, *build.names) if build.dockerfile else ():
            name = name_and_tag(written)[0]
            if name and not name.startswith("/") and not _UNKNOWN.intersection(name):
                found[name].add(build.dockerfile)
    return found


def makers_of(
    facts: Sequence[Fact],
    used: Sequence[Used],
    builds: Sequence[Build],
    deliverers: Deliverers,
) -> Makers:
    """Return what makes each image."""
    named = named_by(builds)
    told = named.keys() | _bases(facts)
    left = [one for one in used if one.repository not in told and not is_everybodys(one.repository)]
    unsaid = _unsaid(left, deliverers, _Ends.of(facts, builds, named))
    for one, made in _called_as_the_repository(left, builds, deliverers.remote).items():
        unsaid[one] = unsaid[one] & made or made
    of: dict[Used, str] = {}
    doubtful: dict[Used, tuple[str, ...]] = {}
    for one in used:
        said = named.get(one.repository, set())
        own = said & deliverers.built.get(
            one.deployer, set()
        )  # many may make one repository, each its tags
        fits = _nearest(own or said or unsaid.get(one, set()), one)
        of[one] = next(iter(fits)) if len(fits) == 1 else ""
        if len(fits) > 1:
            doubtful[one] = tuple(sorted(fits))
    return Makers(of, named, doubtful)


def _bases(facts: Iterable[Fact]) -> set[str]:
    return {fact.name or "" for fact in facts if isinstance(fact, Image) and fact.role == "base"}


def _nearest(dockerfiles: set[str], used: Used) -> set[str]:
    """Return those that share most folders with the manifest: two projects of a repository may call their images the same."""
    if len(dockerfiles) < 2:  # noqa: PLR2004 (there is nothing to choose from)
        return dockerfiles
    shared = {
        path: len(commonpath([folder_of(path), folder_of(used.manifest)])) for path in dockerfiles
    }
    return {path for path, length in shared.items() if length == max(shared.values())}


def _unsaid(used: Sequence[Used], deliverers: Deliverers, ends: _Ends) -> dict[Used, set[str]]:
    """Return what makes images of which no build says so: what who runs it builds, unless that runs another beside it."""
    lasts: dict[Key, set[str]] = defaultdict(set)
    for one in used:
        lasts[deliverers.root(one.deployer)].add(_last(one))
    found = {}
    for one in used:
        alone = len(lasts[deliverers.root(one.deployer)]) == 1
        own = deliverers.built.get(one.deployer, set()) - ends.said if alone else set()
        found[one] = own or ends.fitting(one)
    return found


def _called_as_the_repository(
    used: Sequence[Used], builds: Iterable[Build], remote: Callable[[], str]
) -> dict[Used, set[str]]:
    """Return what jobs build under a name that they alone know, for images that are called as the repository is: `ghcr.io/acme/shop`."""
    made = {one.dockerfile for one in builds if one.tool == "job" and not is_named(one)} - {""}
    path = path_of_repository(remote) if made and used else ""
    own = [one for one in used if path and f"/{one.repository}".lower().endswith(f"/{path}")]
    return dict.fromkeys(own, made)


def path_of_repository(remote: Callable[[], str]) -> str:
    """Return the path by which its host knows this repository, lower case: `acme/shop`; empty where nobody knows."""
    return repository_of(remote()).partition("/")[2].lower()


def is_named(build: Build) -> bool:
    """Whether the whole name of what is built is known."""
    names = (name_and_tag(written)[0] for written in (build.image, *build.names))
    return any(name and not _UNKNOWN.intersection(name) for name in names)


def _last(one: Used) -> str:
    return one.repository.rpartition("/")[2]


def is_everybodys(repository: str) -> bool:
    """Whether the world knows a server by the last part of this name: `bitnami/redis` is not made in the folder `redis`."""
    return "/" not in repository or repository.rpartition("/")[2] in known(ImageStarts).server


class _Ends(Record, frozen=True):
    """Dockerfiles by the folders that the names of their images end with."""

    by_folder: Mapping[str, set[str]]
    said: set[str]
    """Dockerfiles of which builds say the whole name, or that nobody deploys."""

    @classmethod
    def of(
        cls, facts: Iterable[Fact], builds: Iterable[Build], named: Mapping[str, set[str]]
    ) -> _Ends:
        """Return the Dockerfiles of which no build says another name, and that are for more than work on the repository."""
        said = {path for name, paths in named.items() if "/" in name for path in paths}
        paths = {fact.scope.dockerfile for fact in facts} | {build.dockerfile for build in builds}
        said |= {path for path in paths if _is_apart(path)}
        found: dict[str, set[str]] = defaultdict(set)
        for path in paths - said - {""}:
            found[folder_of(path).rpartition("/")[2]].add(path)
        for name, makers in named.items():
            if "/" not in name:
                found[name] |= makers - said
        for name, dockerfile in _behind_variables(builds):
            found[name] |= {dockerfile} - said
        return cls(found, said)

    def fitting(self, one: Used) -> set[str]:
        """Return what a name ends with: the whole last part, or its last words where the manifest speaks of that folder."""
        last = _last(one)
        found = (
            {path for path in self.by_folder.get(words, ()) if _speaks_of(one, path, words)}
            for words in ends_of(last)
        )
        return self.by_folder.get(last) or next(filter(None, found), set())


def _is_apart(dockerfile: str) -> bool:
    """Whether a Dockerfile lies in a folder that is for work on the repository: `.devcontainer`."""
    return not known(Purposes).folders.isdisjoint(dockerfile.split("/"))


def _behind_variables(builds: Iterable[Build]) -> Iterator[tuple[str, str]]:
    """Yield the last part of names of which a variable hides the registry, with what makes them: `$REGISTRY/web`."""
    for build in builds:
        for written in (build.image, *build.names) if build.dockerfile else ():
            before, slash, last = parts(written)[0].rpartition("/")
            hidden = _UNKNOWN.intersection(before) or (
                slash and not before
            )  # one that is empty by default
            if hidden and not _UNKNOWN.intersection(last):
                yield last, build.dockerfile


def ends_of(name: str) -> list[str]:
    """Return what stands behind each mark in a name, the longest first."""
    return [name[mark.end() :] for mark in re.finditer(r"[-_.]", name)]


def _speaks_of(one: Used, dockerfile: str, words: str) -> bool:
    """Whether a manifest lies with a Dockerfile, or beside its folder, and its name or that of its service holds that of the folder."""
    folder = folder_of(dockerfile)
    if one.manifest.startswith(f"{folder}/"):
        return True
    stem = one.manifest.rpartition("/")[2].partition(".")[0]
    speaks = any(f"-{words}-" in f"-{name}-" for name in (one.deployer[2], stem))
    return speaks and _is_beside(folder_of(one.manifest), folder)


def _is_beside(manifests: str, folder: str) -> bool:
    """Whether only folders for manifests part one folder from that in which another lies."""
    above = folder_of(folder)
    inside = f"{manifests}/".startswith(f"{above}/") or not above
    parts = manifests[len(above) :].split("/")
    return inside and all(map(known(Layout).folder.fullmatch, filter(None, parts)))


def siblings(dockerfiles: Iterable[str]) -> dict[str, str]:
    """Return the Dockerfiles that are another's for an environment (`Dockerfile.debug`), and that one beside them."""
    every = set(dockerfiles)
    found = {}
    for path in every:
        folder, slash, name = path.rpartition("/")
        words = re.split(r"[._-]", name)
        plain = f"{folder}{slash}Dockerfile"
        if len(words) == 2 and plain in every - {path} and _says_environment(words):  # noqa: PLR2004 (the file and one word)
            found[path] = plain
    return found


def _says_environment(words: Sequence[str]) -> bool:
    return "Dockerfile" in words and any(word in known(Environments).order for word in words)
