"""Which Dockerfiles make images that others here build on: by the name of the folder or the file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Container, Fact, Image
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace

_BUILDS_ON = frozenset({"base", "copy", "mount"})
_FILE = lazy(r"[._-]?(?:docker|container)file[._-]?", re.IGNORECASE)


def link_feeding(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with ``feeds`` of every build stage filled in."""
    used = _used(facts)
    return [
        replace(fact, feeds=True) if isinstance(fact, Container) and _feeds(fact, used) else fact
        for fact in facts
    ]


def _used(facts: Iterable[Fact]) -> Mapping[str, set[str]]:
    """Return the Dockerfiles that build on an image, by the last part of its name."""
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, Image) and fact.role in _BUILDS_ON and fact.name:
            found[fact.name.rpartition("/")[2]].add(fact.scope.dockerfile)
    return found


def _feeds(container: Container, used: Mapping[str, set[str]]) -> bool:
    if container.container_type != "stage":
        return False
    return any(
        used.get(name, set()) - {container.dockerfile} for name in _names(container.dockerfile)
    )


def _names(path: str) -> set[str]:
    """Return what an image of a Dockerfile may be called: `web/Dockerfile`, `web.Dockerfile`, `Dockerfile.web`."""
    folder, _, file = path.rpartition("/")
    return {folder.rpartition("/")[2].lower(), _FILE.sub("", file).lower()} - {""}
