"""What the repository says of the services that have a meta file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TypeAlias

from immutable_delivery.facts import (
    Build,
    Container,
    Contract,
    Fact,
    Image,
    Job,
    Mount,
    Sentence,
    Variable,
)
from immutable_delivery.links.services import by_service
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.text import Place

Said: TypeAlias = tuple[Sentence, str, Place | None]
"""A sentence, what the repository says instead, and where."""


class Around:
    """The facts of a repository, by what meta files ask of them."""

    def __init__(self, facts: Sequence[Fact], builds: Sequence[Build]) -> None:
        self.contracts = [fact for fact in facts if isinstance(fact, Contract)]
        self._facts = facts
        self._builds = builds

    def said(self, contract: Contract, key: str) -> list[Sentence]:
        """Return what a meta file says under a key."""
        return [one for one in contract.sentences if one.key == key]

    @cached_property
    def containers(self) -> list[Container]:
        """What runs, but for development."""
        return [
            fact
            for fact in self._facts
            if isinstance(fact, Container) and fact.scope.deployed and not fact.scope.development
        ]

    @cached_property
    def _by_service(self) -> dict[str, list[Container]]:
        return by_service(
            fact
            for fact in self._facts
            if isinstance(fact, Container) and (fact.last or fact.container_type != "stage")
        )

    @cached_property
    def _images(self) -> dict[str, list[Image]]:
        return by_service(
            fact
            for fact in self._facts
            if isinstance(fact, Image)
            and fact.role == "container"
            and fact.scope.deployed
            and not fact.scope.development
        )

    @cached_property
    def mounts(self) -> dict[str, list[Mount]]:
        """What is mounted into services, by their names."""
        return by_service(
            fact
            for fact in self._facts
            if isinstance(fact, Mount) and fact.scope.deployed and not fact.scope.development
        )

    @cached_property
    def variables(self) -> dict[str, list[Variable]]:
        """The environment of what runs, by the names of services."""
        return by_service(
            fact
            for fact in self._facts
            if isinstance(fact, Variable) and fact.variable_type == "env" and fact.scope.deployed
        )

    @cached_property
    def jobs(self) -> dict[str, dict[str, Job]]:
        """The jobs of each file by their names."""
        found: dict[str, dict[str, Job]] = defaultdict(dict)
        for fact in self._facts:
            if isinstance(fact, Job):
                found[fact.used_at.file][fact.name] = fact
        return found

    @cached_property
    def held(self) -> dict[str, list[Container]]:
        """What runs, by the files that say it or decide over it."""
        found: dict[str, list[Container]] = defaultdict(list)
        for one in self.containers:
            for path in sorted({one.used_at.file, one.manifest}):
                found[path].append(one)
        return found

    @cached_property
    def manifests(self) -> list[str]:
        """The files that say what runs, sorted."""
        return sorted(self.held)

    @cached_property
    def names(self) -> frozenset[str]:
        """What services are called."""
        named = {name for fact in self._facts for name in fact.scope.services}
        own = {contract.name for contract in self.contracts}
        return frozenset({name.rpartition(":")[2] for name in named} | named | own)

    def of(self, contract: Contract) -> list[Container]:
        """Return what is built and run of a service."""
        return self._by_service.get(contract.scope.service, [])

    def running(self, contract: Contract) -> list[Container]:
        """Return what runs of a service, but for development."""
        return [
            one for one in self.of(contract) if one.scope.deployed and not one.scope.development
        ]

    def images(self, contract: Contract) -> list[Image]:
        """Return the images that a service runs."""
        return self._images.get(contract.scope.service, [])

    def builds(self, contract: Contract) -> list[Build]:
        """Return the other build of the image that a meta file names; none where several Dockerfiles share its repository."""
        found = self._built.get(name_and_tag(contract.image or "")[0], [])
        return found[:1] if len({one.dockerfile for one in found}) == 1 else []

    @cached_property
    def _built(self) -> dict[str, list[Build]]:
        found: dict[str, list[Build]] = defaultdict(list)
        for build in self._builds:
            if build.image and build.dockerfile and build.tool != "contract":
                found[name_and_tag(build.image)[0]].append(build)
        return found


def ports_of(container: Container) -> set[str]:
    """Return the ports that a container listens on; none where one of them is not known."""
    ports = {port.rpartition(":")[2].removesuffix("/tcp") for port in container.ports}
    known = all(port.partition("/")[0].isdecimal() for port in ports)
    return ports if known and not container.scope.development else set()


def same_environment(one: str, other: str) -> bool:
    """Whether two names may be of one environment: `prod` and `production`."""
    first, second = sorted((one.lower(), other.lower()), key=len)
    return bool(first) and second.startswith(first)
