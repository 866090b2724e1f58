"""Whether what is copied into a stage gets into what is delivered, or only what is made of it."""

from __future__ import annotations

from immutable_delivery.facts import Copy
from immutable_delivery.formats.dockerfile.state import BuildState
from immutable_delivery.records import replace


def settle(site: BuildState) -> None:
    """Fill ``ships`` of the copies of the whole context in, once every stage is read."""
    for number, stage, path in site.copied:
        fact = site.facts[number]
        if isinstance(fact, Copy) and not _ships(site, stage, path):
            site.facts[number] = replace(fact, ships=False)


def _ships(site: BuildState, stage: int, path: str) -> bool:
    """Whether a path of a stage is delivered: by the stage itself, by one built on it, or copied on."""
    holding = {stage}
    for other in site.plan.stages:
        if not holding.isdisjoint(other.parents):
            holding.add(other.index)
    if not holding.isdisjoint(site.plan.delivered):
        return True
    return any(_covers(taken, path) for index in holding for taken in site.taken.get(index, ()))


def _covers(folder: str, path: str) -> bool:
    return folder in {path, "/", "."} or path.startswith(f"{folder}/")
