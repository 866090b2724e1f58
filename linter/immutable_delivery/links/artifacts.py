"""What the artifacts of each service are: made from which Dockerfile by what, known by which names, pushed under which tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.facts import Build, Container, Fact, Job, Made
from immutable_delivery.links.makers import Makers
from immutable_delivery.links.services import Key
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.text import Place


class _Found(Record):
    """What is said of one artifact, as it comes."""

    images: set[str] = field(default_factory=set)
    by: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)


class _Pushed(Record):
    """What makes one image."""

    by: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)


def artifacts_of(
    facts: Sequence[Fact],
    builds: Iterable[Build],
    owners: Mapping[Key, tuple[str, ...]],
    makers: Makers,
) -> dict[str, tuple[Made, ...]]:
    """Return the artifacts by the services that they are of."""
    pushed = _pushed(facts, builds)
    made: dict[str, list[Made]] = defaultdict(list)
    for dockerfile, found in sorted(_by_dockerfile(facts, builds, makers).items()):
        services = owners.get(("image", dockerfile, ""), ())
        for owner in services:
            one = _artifact(dockerfile, found, pushed)
            made[owner].append(replace(one, shared=len(services) > 1))
    for used, dockerfile in makers.of.items():
        if not dockerfile and used.repository in pushed:
            for owner in owners[used.deployer]:
                made[owner].append(_artifact("", _Found({used.repository}), pushed))
    return {owner: tuple(dict.fromkeys(found)) for owner, found in made.items()}


def _by_dockerfile(
    facts: Iterable[Fact], builds: Iterable[Build], makers: Makers
) -> dict[str, _Found]:
    found: dict[str, _Found] = defaultdict(_Found)
    for fact in facts:
        if fact.scope.dockerfile:
            places = found[fact.scope.dockerfile].places
            first = 0 if isinstance(fact, Container) else len(places)  # the last stage comes first
            places.insert(first, fact.used_at)
    for build in builds:
        if build.dockerfile:
            found[build.dockerfile].by.add(build.place.file)
            found[build.dockerfile].places.append(build.place)
    for name, dockerfiles in makers.named.items():
        for dockerfile in dockerfiles:
            found[dockerfile].images.add(name)
    for one, dockerfile in makers.of.items():
        if dockerfile:
            found[dockerfile].images.add(one.repository)
    return found


def without_dockerfile(builds: Iterable[Build]) -> dict[str, list[Build]]:
    """Return the builds of which no Dockerfile here tells, by the name of the image."""
    found: dict[str, list[Build]] = defaultdict(list)
    for build in builds:
        if build.service and not build.dockerfile and (name := name_and_tag(build.image)[0]):
            found[name].append(build)
    return found


def _pushed(facts: Iterable[Fact], builds: Iterable[Build]) -> dict[str, _Pushed]:
    """Return what jobs build and push, and what is built without a Dockerfile, by the name of the image."""
    found: dict[str, _Pushed] = defaultdict(_Pushed)
    for job in facts:
        for one in (*job.builds, *job.pushes) if isinstance(job, Job) else ():
            if one.image:
                pushed = found[name_and_tag(one.image)[0]]
                pushed.by.add(job.used_at.file)
                pushed.tags.update(one.tags)
                pushed.places.append(one.place)
    for name, made in without_dockerfile(builds).items():
        found[name].by.update(build.place.file for build in made)
        found[name].places += [build.place for build in made]
    return found


def _artifact(dockerfile: str, found: _Found, pushed: Mapping[str, _Pushed]) -> Made:
    jobs = [pushed[name] for name in sorted(found.images) if name in pushed]
    places = [*found.places, *(place for job in jobs for place in job.places)]
    return Made(
        dockerfile=dockerfile,
        images=tuple(sorted(found.images)),
        by=tuple(sorted(found.by.union(*(job.by for job in jobs)))),
        tags=tuple(sorted(set[str]().union(*(job.tags for job in jobs)))),
        place=places[0],
    )
