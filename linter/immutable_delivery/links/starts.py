"""Whether anything starts a container: its own command, its image's Dockerfile, or a base known to do so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact
from immutable_delivery.links.lockfile import NONE, Lock
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments, ImageStarts

_BUILDERS = frozenset({"compose", "bake", "job"})
"""Tools whose builds say nothing of how the image starts, or say it as a manifest that runs it."""


def link_starts(facts: Sequence[Fact], builds: Sequence[Build], lock: Lock = NONE) -> list[Fact]:
    """Return the facts with ``runs`` and ``starts`` of every container filled in."""
    containers = [fact for fact in facts if isinstance(fact, Container)]
    builds = [build for build in builds if not _only_tests(build)]
    runners = runners_of(containers, builds)
    described = _described(builds)
    built = {(c.scope.service, c.name) for c in containers if c.builds}
    return [
        _undelivered(_linked(fact, runners, built, lock), described)
        if isinstance(fact, Container)
        else fact
        for fact in facts
    ]


def _described(builds: Iterable[Build]) -> set[tuple[str, str]]:
    """Return the stages that are not alone: a build asks for one by its name, or a tool deploys it in words of its own."""
    named = {
        (build.dockerfile, build.target) for build in builds if build.target and not build.deployed
    }
    return named | {(build.dockerfile, "") for build in builds if build.tool not in _BUILDERS}


def _undelivered(container: Container, described: set[tuple[str, str]]) -> Container:
    """Take back what is no delivery: a stage that something describes, a service that only tests or pulls images."""
    where = container.dockerfile
    if where and not described.isdisjoint({(where, container.stage), (where, "")}):
        return replace(container, application="")
    if container.container_type == "service" and _tests(container.manifest):
        return replace(container, runs=False)
    return container


def _only_tests(build: Build) -> bool:
    return build.deployed and (_tests(build.place.file) or _tests(build.target))


def _tests(path: str) -> bool:
    """Whether the name of a Compose file or of a build target says that it only tests or pulls images."""
    words = re.split(r"[._-]", path.rpartition("/")[2].lower())
    return not known(Environments).compose_undelivered.isdisjoint(words)


def starts_by_itself(image: str | None, lock: Lock = NONE) -> bool | None:
    """Return whether an image starts a program by itself, by the lock or a table; None where neither says."""
    if not image:
        return None
    if image in lock.images:
        return lock.images[image].starts
    (name, tag), images = name_and_tag(image), known(ImageStarts)
    name = images.official(name)
    if not images.starts_nothing.fullmatch(name):
        return True if name in images.server else None
    return any(word in tag for word in images.variants.get(name, ()))


def runners_of(
    containers: Iterable[Container], builds: Iterable[Build]
) -> Mapping[str, list[bool]]:
    """Return per Dockerfile whether each of those who run it states the start command."""
    own = {(c.manifest, c.name): c.own_start for c in containers if c.container_type != "stage"}
    found: dict[str, list[bool]] = defaultdict(list)
    for build in builds:
        if build.deployed:
            found[build.dockerfile].append(own.get((build.place.file, build.service), False))
    return found


def _linked(
    container: Container,
    runners: Mapping[str, list[bool]],
    built: set[tuple[str, str]],
    lock: Lock,
) -> Container:
    if container.container_type != "stage":
        return replace(container, runs=True, starts=_deployed_starts(container, built, lock))
    states = runners.get(container.dockerfile, []) if container.last else []
    starts = container.starts
    if starts is None:
        starts = starts_by_itself(container.image, lock)
    if states and all(states):
        starts = True
    delivers = container.last and container.adds_code  # a stage that only feeds another is no image
    return replace(container, runs=bool(states), starts=starts, adds_code=delivers)


def _deployed_starts(container: Container, built: set[tuple[str, str]], lock: Lock) -> bool | None:
    """Tell whether a deployed container starts; one that is built here is judged where it is built."""
    if container.own_start or container.starts:
        return True
    if container.builds or (container.scope.service, container.name) in built:
        return True
    starts = starts_by_itself(container.image, lock)
    return True if starts is None else starts
