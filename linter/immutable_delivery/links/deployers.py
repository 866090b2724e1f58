"""Whose an image is that a deployer puts in (Argo CD, Flux): that of the service that runs it, not of the deployer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.facts import Container, Contract, Fact, Image
from immutable_delivery.links.makers import is_everybodys
from immutable_delivery.links.services import MAIN, Key

Pairs = Sequence[tuple[Fact, Key]]


def with_runners(facts: Sequence[Fact], keys: Sequence[Key | None]) -> list[Key | None]:
    """Return the keys, with that of the only service that runs an image for each image that a mere deployer names."""
    pairs = [(fact, key) for fact, key in zip(facts, keys, strict=True) if key]
    services = {key for fact, key in pairs if isinstance(fact, Container | Contract)}
    runners = _runners(pairs, services)
    return [
        runners.get(fact.name or "", key)
        if key and key not in services and isinstance(fact, Image) and fact.role in MAIN
        else key
        for fact, key in zip(facts, keys, strict=True)
    ]


def _runners(pairs: Pairs, services: set[Key]) -> Mapping[str, Key]:
    """Return the first key of who runs an image, where all who do have one name."""
    found: dict[str, set[Key]] = defaultdict(set)
    for image, key in _run(pairs):
        if key in services and key[0] == "deploy" and not is_everybodys(image):
            found[image].add(key)
    return {name: min(keys) for name, keys in found.items() if len({key[2] for key in keys}) == 1}


def _run(pairs: Pairs) -> Iterator[tuple[str, Key]]:
    for fact, key in pairs:
        if isinstance(fact, Image) and fact.role in MAIN and fact.name:
            yield fact.name, key
