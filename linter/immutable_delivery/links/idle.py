"""Start commands that start nothing, put together from what the image's Dockerfile and its manifest say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact, Start
from immutable_delivery.links.lockfile import NONE, Lock
from immutable_delivery.links.starts import runners_of
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Entrypoints, Idle

Words = tuple[str, ...]
Owner = tuple[str, str, str]


def link_idle(facts: Sequence[Fact], builds: Sequence[Build], lock: Lock = NONE) -> list[Fact]:
    """Return the facts with ``idle`` of every container that states its start command filled in."""
    containers = [fact for fact in facts if isinstance(fact, Container)]
    programs = _programs(containers, builds)
    places = _places(facts)
    stated = {path for path, states in runners_of(containers, builds).items() if all(states)}
    return [
        _linked(fact, programs, places, lock)
        if isinstance(fact, Container) and fact.dockerfile not in stated
        else fact
        for fact in facts
    ]


def _programs(
    containers: Iterable[Container], builds: Iterable[Build]
) -> Mapping[tuple[str, str], Words]:
    """Return, per manifest and service that it builds, the program that the Dockerfile gives it."""
    stages = {
        container.dockerfile: container.entrypoint or ()
        for container in containers
        if container.container_type == "stage" and container.last
    }
    return {
        (build.place.file, build.service): stages[build.dockerfile]
        for build in builds
        if build.deployed and build.dockerfile in stages
    }


def _places(facts: Iterable[Fact]) -> Mapping[Owner, Place]:
    """Return where the start command of a container or stage is written, its last part."""
    return {
        _owner(fact): fact.place_of("argv")
        for fact in facts
        if isinstance(fact, Start) and fact.scope.phase == "start" and not fact.overridden
    }


def _owner(fact: Fact) -> Owner:
    return fact.manifest, fact.scope.dockerfile, fact.scope.owner


def _linked(
    container: Container,
    programs: Mapping[tuple[str, str], Words],
    places: Mapping[Owner, Place],
    lock: Lock,
) -> Container:
    if container.entry is None and container.container_type != "stage":
        return container if container.works else replace(container, idle=None)
    place = places.get(_owner(container))
    if not container.entry or place is None or known(Idle).holds_a_place.search(container.name):
        return container
    from immutable_delivery.effects.idle import idle  # noqa: PLC0415 (few commands may be)

    found = idle((*_program(container, programs, lock), *container.entry))
    return replace(container, idle=found, places={**container.places, "idle": place})


def _program(container: Container, programs: Mapping[tuple[str, str], Words], lock: Lock) -> Words:
    """Return the program of the image that takes the words of a manifest as its arguments; empty where none is known."""
    if container.container_type == "stage" or container.entrypoint != ():
        return ()
    built = programs.get((container.manifest, container.name))
    if built is not None:
        return built
    image = container.image or ""
    if image in lock.images:
        return tuple(lock.images[image].entrypoint)
    return known(Entrypoints).programs.get(name_and_tag(image)[0], ())
