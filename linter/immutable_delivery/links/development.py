"""Which manifests are for development, and which images a tool puts in after it has built them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from immutable_delivery.facts import Build, Fact, Image
from immutable_delivery.formats.images import familiar_name


def link_development(facts: Sequence[Fact], builds: Sequence[Build]) -> list[Fact]:
    """Mark a manifest as development when it builds a service that another manifest here deploys."""
    deployers: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.scope.deployed and fact.scope.service:
            deployers[fact.scope.service].add(fact.used_at.file)
    builders = _builders(facts, builds)
    development = {
        path for service, paths in builders.items() for path in paths if deployers[service] - builders[service]
    }
    return [f.scoped(development=True) if _is_development(f, development) else f for f in facts]


def link_substituted(facts: Sequence[Fact], builds: Sequence[Build]) -> list[Fact]:
    """Mark the images of manifests into which a tool puts what it has just built."""
    by_name: dict[str, list[Build]] = defaultdict(list)
    for build in builds:
        if build.tool == "skaffold" and build.image:
            by_name[familiar_name(build.image) or ""].append(build)
    return [
        replace(fact, built_here=True)
        if isinstance(fact, Image) and fact.scope.deployed and _substituted(fact, by_name.get(fact.name or "", ()))
        else fact
        for fact in facts
    ]


def _builders(facts: Sequence[Fact], builds: Sequence[Build]) -> dict[str, set[str]]:
    """Return, per service, the manifests that deploy what they build themselves."""
    places = {build.place.file for build in builds if build.deployed}
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.scope.deployed and fact.scope.service and fact.used_at.file in places:
            found[fact.scope.service].add(fact.used_at.file)
    return found


def _is_development(fact: Fact, paths: set[str]) -> bool:
    return fact.scope.deployed and fact.used_at.file in paths


def _substituted(image: Image, builds: Sequence[Build]) -> bool:
    path = image.used_at.file
    return any(
        not build.manifests or any(fnmatchcase(path, p) or path.startswith(f"{p}/") for p in build.manifests)
        for build in builds
    )
