"""Whether anything starts a container: its own command, its image's Dockerfile, or a base known to do so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact
from immutable_delivery.formats.images import name_and_tag
from immutable_delivery.lock.file import NONE, Lock
from immutable_delivery.records import replace
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import ImageStarts


def link_starts(facts: Sequence[Fact], builds: Sequence[Build], lock: Lock = NONE) -> list[Fact]:
    """Return the facts with ``runs`` and ``starts`` of every container filled in."""
    containers = [fact for fact in facts if isinstance(fact, Container)]
    runners = _runners(containers, builds)
    built = {(c.scope.service, c.name) for c in containers if c.builds}
    return [
        _linked(fact, runners, built, lock) if isinstance(fact, Container) else fact
        for fact in facts
    ]


def starts_by_itself(image: str | None, lock: Lock = NONE) -> bool | None:
    """Return whether an image starts a program by itself, by the lock or a table; None where neither says."""
    if not image:
        return None
    if image in lock.images:
        return lock.images[image].starts
    (name, tag), images = name_and_tag(image), known(ImageStarts)
    if name not in images.nothing:
        return True if name in images.server else None
    return any(word in tag for word in images.variants.get(name, ()))


def _runners(containers: Iterable[Container], builds: Iterable[Build]) -> Mapping[str, list[bool]]:
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
