"""What jobs tell of each other's images: what stays of one, whether one is built for each environment, what one hands on to another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from immutable_delivery.facts import Artifact, Fact, Job, Pin
from immutable_delivery.records import replace
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments

_LADDER: Sequence[Pin] = get_args(Pin)[:5]
_FIXED = frozenset(("digest", "exact"))


def link_pipelines(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with what all jobs of the repository do to the images of each."""
    jobs = [fact for fact in facts if isinstance(fact, Job)]
    if not jobs:
        return list(facts)
    pins = _pins(one for job in jobs for one in job.pushes)
    environments, made = _environments(jobs), _made(jobs)
    return [
        _handed(_linked(fact, pins, environments), made) if isinstance(fact, Job) else fact
        for fact in facts
    ]


def _made(jobs: Iterable[Job]) -> Mapping[tuple[str, str], Sequence[Artifact]]:
    """Return what each job pushes, by its file and name."""
    return {(job.used_at.file, job.name): job.pushes for job in jobs}


def _handed(job: Job, made: Mapping[tuple[str, str], Sequence[Artifact]]) -> Job:
    """Return a job with the images of which it deploys what another job, or a step of its own, hands on."""
    if not any(one.maker and one.image is None for one in job.deploys):
        return job
    return replace(job, deploys=tuple(_known(one, job, made) for one in job.deploys))


def _known(one: Artifact, job: Job, made: Mapping[tuple[str, str], Sequence[Artifact]]) -> Artifact:
    pushed = made.get((job.used_at.file, one.maker), job.pushes) if one.maker else ()
    if one.image is not None or len(pushed) != 1:
        return one
    (only,) = pushed
    return replace(one, image=only.image, key=only.key, dockerfile=only.dockerfile)


def _pins(pushed: Iterable[Artifact]) -> Mapping[str, Pin | None]:
    """Return the best pin under which each image is pushed; None where one that is not known could be better."""
    every: dict[str, list[Pin | None]] = defaultdict(list)
    for one in pushed:
        every[one.key].append(one.pin)
    return {key: _best(pins) for key, pins in every.items() if key}


def _best(pins: Sequence[Pin | None]) -> Pin | None:
    best = min((pin for pin in pins if pin in _LADDER), key=_LADDER.index, default=None)
    return best if best in _FIXED or None not in pins else None


def _environments(jobs: Sequence[Job]) -> Mapping[str, set[str]]:
    """Return the environments for which each image is built, under whatever name an environment gives it."""
    found: dict[str, set[str]] = defaultdict(set)
    for job in jobs:
        if job.environment:
            for key in (key for one in job.builds for key in _keys(one)):
                found[key].add(job.environment)
    return found


def _keys(one: Artifact) -> set[str]:
    """Return what the same image is known by: its repository, and its Dockerfile with the name that is left without an environment's."""
    if not one.dockerfile or not one.image:
        return {one.key} - {""}
    words = re.split(r"[-_./]", one.image)
    name = " ".join(word for word in words if word.lower() not in known(Environments).order)
    return {one.key, f"{one.dockerfile} {name}"} - {""}


def _linked(job: Job, pins: Mapping[str, Pin | None], environments: Mapping[str, set[str]]) -> Job:
    pushes = tuple(replace(one, pin=pins.get(one.key, one.pin)) for one in job.pushes)
    builds = tuple(
        replace(one, again=bool(job.environment) and _is_built_again(one, environments))
        for one in job.builds
    )
    return replace(job, pushes=pushes, builds=builds)


def _is_built_again(one: Artifact, environments: Mapping[str, set[str]]) -> bool:
    return any(len(environments.get(key, ())) > 1 for key in _keys(one))
