"""Builds that cannot be as they are said: nothing here is their Dockerfile, or it has no such stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact, File, Scope, Unread
from immutable_delivery.records import replace
from immutable_delivery.source.files import Files, lies_here

Stages = Mapping[str, set[str]]
"""Per Dockerfile the names and numbers of its stages."""


def link_builds(facts: Sequence[Fact], builds: Sequence[Build], files: Files) -> list[Fact]:
    """Return the facts, and what nobody could read of the builds of what is deployed."""
    return [*facts, *_unread(facts, builds, files)]


def _unread(facts: Sequence[Fact], builds: Sequence[Build], files: Files) -> Iterator[Unread]:
    stages, scopes, broken = _stages(facts), _scopes(facts), _broken(facts)
    for build in builds:
        told = not build.deployed or build.dockerfile in broken
        reason = "" if told else _problem(build, stages, files)
        if reason:
            scope = scopes.get((build.place.file, build.service), Scope(owner=build.service))
            yield Unread(
                used_at=build.place,
                extent=build.place,
                scope=replace(scope, phase="build"),
                subject="build",
                reason=reason,
            )


def _problem(build: Build, stages: Stages, files: Files) -> str:
    """Return why a build is not known."""
    if build.dockerfile in stages:
        named = not build.target or build.target.lower() in stages[build.dockerfile]
        return "" if named else f"{build.dockerfile} has no stage '{build.target}'"
    if "#" in build.dockerfile:
        return ""
    there = lies_here(files, build.dockerfile)
    if not there and (meant := _meant(build.dockerfile, files)):
        return f"its paths seem to start from another folder: '{meant}' is here, '{build.dockerfile}' is not"
    return f"'{build.dockerfile}' is {'left out' if there else 'not in this repository'}"


def _meant(path: str, files: Files) -> str:
    """Return the end of a path, a folder at least, that is a file here: what a file says that is used from above."""
    parts = path.split("/")
    ends = ("/".join(parts[start:]) for start in range(1, len(parts) - 1))
    return next((end for end in ends if lies_here(files, end)), "")


def _broken(facts: Sequence[Fact]) -> set[str]:
    """Return the files that cannot be read, of which that is told already."""
    return {fact.path for fact in facts if isinstance(fact, File) and fact.problem}


def _stages(facts: Sequence[Fact]) -> Stages:
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, Container) and fact.container_type == "stage":
            found[fact.dockerfile].add(fact.stage)
    return {
        path: names | {str(number) for number in range(len(names))} for path, names in found.items()
    }


def _scopes(facts: Sequence[Fact]) -> Mapping[tuple[str, str], Scope]:
    """Return per manifest and service what its facts share."""
    return {
        (fact.used_at.file, fact.scope.service): fact.scope
        for fact in facts
        if isinstance(fact, Container) and fact.container_type != "stage"
    }
