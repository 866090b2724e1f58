"""What starts each container, put together from the manifest, the Dockerfile and the base as Docker and Kubernetes do.

A program that the manifest states takes the place of both halves of the image; words behind it take the place of CMD alone. The
program of a base that only passes its arguments on (`docker-entrypoint.sh`) is no part of what anybody states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact, Start
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.records import Record
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Entrypoints

Words = tuple[str, ...]


class Stages(Record, frozen=True):
    """The stages that Dockerfiles deliver, and which of them containers run."""

    delivered: Mapping[tuple[str, str], Container]
    """By Dockerfile and target."""
    built: Mapping[tuple[str, str], tuple[str, str]]
    """By the manifest and the name of who builds and runs it."""

    @classmethod
    def of(cls, facts: Iterable[Fact], builds: Iterable[Build]) -> Stages:
        """Return those of a repository."""
        delivered: dict[tuple[str, str], Container] = {}
        for fact in facts:
            if isinstance(fact, Container) and fact.container_type == "stage":
                delivered[fact.dockerfile, fact.stage.lower()] = fact
                if fact.last:
                    delivered[fact.dockerfile, ""] = fact
        built = {
            (build.place.file, build.service): (build.dockerfile, build.target.lower())
            for build in builds
            if build.deployed
        }
        return cls(delivered, built)

    def run_by(self, container: Container, dockerfiles: Mapping[str, str]) -> Container | None:
        """Return the stage that a container runs; ``dockerfiles`` are those of its service by the names of their images."""
        key = self.built.get((container.manifest, container.name))
        name = name_and_tag(container.image or "")[0]
        return self.delivered.get(key or (dockerfiles.get(name, ""), ""))


class Places(Record, frozen=True):
    """Where start commands are written, by who has them."""

    found: Mapping[tuple[str, str, str], Sequence[Start]]

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Places:
        """Return those of a repository."""
        found: dict[tuple[str, str, str], list[Start]] = defaultdict(list)
        for fact in facts:
            if isinstance(fact, Start) and fact.scope.phase == "start" and not fact.overridden:
                found[_owner(fact)].append(fact)
        return cls(found)

    def last(self, container: Container) -> Place:
        """Return where the last part of the command of a container is written."""
        starts = self.found.get(_owner(container), ())
        same = [one for one in starts if one.scope.environments == container.scope.environments]
        return [*starts, *same][-1].place_of("argv") if starts else container.used_at


def _owner(fact: Fact) -> tuple[str, str, str]:
    return fact.manifest, fact.scope.dockerfile, fact.scope.owner


def whole(container: Container, stage: Container | None, lock: Lock) -> Words | None:
    """Return all the words that start a container; None where nobody here knows them."""
    if container.container_type != "stage" and container.entrypoint != ():
        return container.entry
    said = container.entry if container.container_type != "stage" else ()
    if said is None:
        return None
    program, arguments = _of_image(container, stage, lock)
    if program and _is_shell(program):
        return program  # the shell form takes no arguments
    words = said or arguments
    return None if program is None or words is None else (*program, *words) or None


def _of_image(
    container: Container, stage: Container | None, lock: Lock
) -> tuple[Words | None, Words | None]:
    """Return the program and the arguments that the image has."""
    if stage is None:
        return _of_registry(container.image or "", lock)
    if stage.entrypoint is None:
        return None, None
    if stage.entrypoint:
        return stage.entrypoint, (stage.entry or ())[len(stage.entrypoint) :]
    if stage.entry:
        return _before(stage.entry, stage.image or ""), stage.entry
    return _of_registry(stage.image or "", lock)


def _before(words: Words, image: str) -> Words | None:
    """Return the program of a base that takes the words of CMD; None where they are nothing but arguments of one."""
    program = known(Entrypoints).programs.get(name_and_tag(image)[0])
    return program or (None if words[0].startswith("-") else ())


def _of_registry(image: str, lock: Lock) -> tuple[Words | None, Words | None]:
    """Return what the lock or a table knows of an image that is not made here."""
    if image in lock.images:
        return tuple(lock.images[image].entrypoint), tuple(lock.images[image].command)
    return known(Entrypoints).programs.get(name_and_tag(image)[0]), None


def _is_shell(program: Words) -> bool:
    return len(program) > 2 and program[1] in {"-c", "/S", "-Command"}  # noqa: PLR2004 (shell, flag, script)
