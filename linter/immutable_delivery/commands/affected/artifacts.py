"""The images that are built here: how each is built, what it is called, which services it is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Build, Container, Contract, Fact, Fetch, Image, Recipe
from immutable_delivery.records import Record
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.text import Place

Owner = tuple[str, str]
"""The folder of a manifest and what it calls a service."""


class Built(Record, frozen=True):
    """One way to build an image, and who asks for it."""

    recipe: Recipe
    builds: tuple[Build, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def image(self) -> str:
        """The reference that names the result; empty where nothing does."""
        return next((build.image for build in self.builds if build.image), "")

    @property
    def said(self) -> frozenset[str]:
        """What identifies all that manifests say of the build."""
        return frozenset(build.said for build in self.builds)


class Artifacts:
    """All images of a state."""

    def __init__(self, state: State) -> None:
        self._state = state
        owners, by_file = owners_of(state.facts), _services(state.facts)
        builds: dict[Place, list[Build]] = defaultdict(list)
        for build in state.builds:
            builds[build.place].append(build)
        self.all = [_built(recipe, builds, owners, by_file) for recipe in state.recipes]

    @cached_property
    def by_dockerfile(self) -> Mapping[str, list[Built]]:
        """The images of each Dockerfile."""
        found: dict[str, list[Built]] = defaultdict(list)
        for one in self.all:
            found[one.recipe.dockerfile].append(one)
        return found

    @cached_property
    def moves(self) -> Mapping[str, tuple[str, ...]]:
        """What each Dockerfile takes from elsewhere that no digest fixes, for a person."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for fact in self._state.facts:
            if fact.scope.dockerfile and fact.scope.shipped and (text := _moving(fact)):
                found[fact.scope.dockerfile][text] = None
        return {path: tuple(texts) for path, texts in found.items()}


def _moving(fact: Fact) -> str:
    """Return what moves, where a fact is something that does."""
    if (
        isinstance(fact, Image)
        and fact.role in {"base", "copy", "mount"}
        and not fact.stage_problem
    ):
        return "" if fact.pin == "digest" or fact.built_here else fact.text
    if isinstance(fact, Fetch) and fact.tool == "ADD":
        return (
            ""
            if fact.pin == "digest" or fact.verified
            else fact.url or "an address that only the build knows"
        )
    return ""


def owners_of(facts: Iterable[Fact]) -> Mapping[Owner, str]:
    """Return the services by what manifests call them."""
    found: dict[Owner, str] = {}
    for fact in facts:
        if isinstance(fact, Contract):
            found[folder_of(fact.used_at.file), fact.name] = fact.scope.service or fact.name
        elif fact.scope.service and fact.scope.deployed:
            found.setdefault((folder_of(fact.manifest), fact.scope.owner), fact.scope.service)
    return found


def _services(facts: Iterable[Fact]) -> Mapping[str, tuple[str, ...]]:
    """Return the services that each Dockerfile builds."""
    return {
        fact.dockerfile: fact.scope.services
        for fact in facts
        if isinstance(fact, Container) and fact.container_type == "stage" and fact.last
    }


def _built(
    recipe: Recipe,
    builds: Mapping[Place, Sequence[Build]],
    owners: Mapping[Owner, str],
    by_file: Mapping[str, tuple[str, ...]],
) -> Built:
    asked = [
        build
        for place in recipe.builds
        for build in builds.get(place, ())
        if build.dockerfile == recipe.dockerfile
    ]
    named = [owners.get((folder_of(build.place.file), build.service), "") for build in asked]
    services = tuple(sorted({name for name in named if name}))
    return Built(recipe, tuple(asked), services or by_file.get(recipe.dockerfile, ()))


def named(found: Sequence[Built]) -> list[str]:
    """Return what to call each: its image, its service or its Dockerfile, with more of it where that is not enough."""
    ways = (_by_image, _by_service, _by_file, _by_target, _by_context)
    names = [""] * len(found)
    open_ = list(range(len(found)))
    for way in ways:
        tried = {index: way(found[index]) for index in open_}
        count: dict[str, int] = defaultdict(int)
        for name in (*tried.values(), *filter(None, names)):
            count[name] += 1
        for index, name in tried.items():
            if name and count[name] == 1:
                names[index] = name
        open_ = [index for index in open_ if not names[index]]
    for number, index in enumerate(open_, 1):
        names[index] = f"{_by_context(found[index])} #{number}"
    return names


def _by_image(one: Built) -> str:
    return (
        name_and_tag(one.image)[0].rpartition("/")[2] if one.image and "$" not in one.image else ""
    )


def _by_service(one: Built) -> str:
    return one.services[0] if len(one.services) == 1 else ""


def _by_file(one: Built) -> str:
    return one.recipe.dockerfile


def _by_target(one: Built) -> str:
    return f"{one.recipe.dockerfile}:{one.recipe.target}" if one.recipe.target else ""


def _by_context(one: Built) -> str:
    args = "".join(f" {name}={value}" for name, value in one.recipe.args)
    return f"{one.recipe.dockerfile}:{one.recipe.target} in {one.recipe.context or '.'}{args}"
