"""Which Dockerfiles make images that others here build on, and which bases they are: by the name of the folder or the file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Container, Fact, Image
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place

_BUILDS_ON = frozenset({"base", "copy", "mount"})
_FILE = lazy(r"[._-]?(?:docker|container)file[._-]?", re.IGNORECASE)


def link_feeding(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with ``feeds`` of every build stage and ``built_here`` of bases filled in."""
    used, made = _used(facts), _made(facts)
    return [_linked(fact, used, made) for fact in facts]


def _linked(fact: Fact, used: Mapping[str, set[str]], made: Mapping[str, set[str]]) -> Fact:
    if isinstance(fact, Container) and _feeds(fact, used):
        return replace(fact, feeds=True)
    if isinstance(fact, Image) and _is_default(fact) and _is_made(fact, made):
        return replace(fact, built_here=True)
    return fact


def _is_default(image: Image) -> bool:
    """Whether the tag of a base is the default of an ARG, which stands in for what each build gives."""
    decided = image.places.get("tag")
    return image.role == "base" and decided is not None and not _holds(image.extent, decided)


def _is_made(image: Image, made: Mapping[str, set[str]]) -> bool:
    """Whether another Dockerfile here makes an image of this name; what Docker publishes is not meant."""
    owner, _, name = (image.name or "").rpartition("/")
    return bool(owner and made.get(name, set()) - {image.scope.dockerfile})


def _holds(extent: Place, place: Place) -> bool:
    inside = extent.span.start <= place.span.start and place.span.end <= extent.span.end
    return extent.file == place.file and inside


def _made(facts: Iterable[Fact]) -> Mapping[str, set[str]]:
    """Return the Dockerfiles by what their images may be called."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in {fact.dockerfile for fact in facts if isinstance(fact, Container)} - {""}:
        for name in names_of_dockerfile(path):
            found[name].add(path)
    return found


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
        used.get(name, set()) - {container.dockerfile}
        for name in names_of_dockerfile(container.dockerfile)
    )


def names_of_dockerfile(path: str) -> set[str]:
    """Return what an image of a Dockerfile may be called: `web/Dockerfile`, `web.Dockerfile`, `Dockerfile.web`."""
    folder, _, file = path.rpartition("/")
    return {folder.rpartition("/")[2].lower(), _FILE.sub("", file).lower()} - {""}
