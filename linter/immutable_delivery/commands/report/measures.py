"""The four V's, counted from facts: variety, velocity, visibility, variability.

They are Willis' words ("Immutable Delivery", 2015), who takes them from supply chains: a delivery should have more variety, velocity and visibility, and less
variability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import median

from immutable_delivery.commands.report.overview import Measure, Part, ServiceRow, Spot
from immutable_delivery.facts import Container, Fact, Image, Install, Source
from immutable_delivery.reporters.plain import count
from immutable_delivery.source.text import Place

At = Callable[[Place], Spot]

_MOVES = frozenset({"partial", "alias", "none"})
_SHOWN = 12
_DAY = 86_400


def measures(
    facts: Sequence[Fact], services: Sequence[ServiceRow], moves: Sequence[int], at: At
) -> tuple[Measure, ...]:
    """Return the four; ``moves`` are the seconds since 1970 at which commits moved a digest, the newest first."""
    return (
        _variety(facts),
        _velocity(moves),
        _visibility(facts, services),
        _variability(facts, services, at),
    )


def _variety(facts: Iterable[Fact]) -> Measure:
    bases, managers = Counter[str](), Counter[str]()
    for fact in facts:
        if isinstance(fact, Image) and fact.role == "base" and fact.name:
            bases[fact.name] += 1
        elif isinstance(fact, Install) and fact.scope.phase == "build":
            managers[fact.manager] += 1
    return Measure(
        name="Variety",
        value=f"{len(bases)} bases, {len(managers)} package managers",
        better="more",
        means="Different base images and package managers in builds: what teams may choose freely, as long as each artifact is complete.",
        parts=tuple(
            Part(name, str(number)) for name, number in (bases + managers).most_common(_SHOWN)
        ),
    )


def _velocity(moves: Sequence[int]) -> Measure:
    gaps = [(later - earlier) / _DAY for later, earlier in pairwise(moves)]
    between = f"{median(gaps):.1f} days between them" if gaps else "too few to say how fast"
    return Measure(
        name="Velocity",
        value=f"{len(moves)} commits moved digests in 90 days",
        better="more",
        means="Commits of the last 90 days that write or move a digest: how often a new artifact is named, and so can be deployed and taken back.",
        parts=(Part("median", between),),
    )


def _visibility(facts: Iterable[Fact], services: Sequence[ServiceRow]) -> Measure:
    images = [one for one in facts if isinstance(one, Image) and one.scope.deployed]
    labelled = {
        one.scope.service
        for one in facts
        if isinstance(one, Container) and one.labels and one.scope.service
    }
    known = [
        Part(
            "services with a contract",
            _share(sum(bool(one.contract) for one in services), len(services)),
        ),
        Part(
            "services whose start is known",
            _share(sum(bool(one.start) for one in services), len(services)),
        ),
        Part(
            "services with labels",
            _share(len(labelled & {one.name for one in services}), len(services)),
        ),
        Part(
            "deployed images whose reference is known",
            _share(sum(one.reference is not None for one in images), len(images)),
        ),
    ]
    return Measure(
        name="Visibility",
        value=known[1].value,
        better="more",
        means="What anybody can tell from the repository alone; the number is the share of services whose start command is known.",
        parts=tuple(known),
    )


def _share(some: int, every: int) -> str:
    return f"{some} of {every} ({some / every:.0%})" if every else "none"


def _variability(facts: Iterable[Fact], services: Sequence[ServiceRow], at: At) -> Measure:
    moving: dict[str, list[Spot]] = {}
    for fact in facts:
        if (
            isinstance(fact, Image)
            and fact.pin in _MOVES
            and fact.scope.shipped
            and not fact.built_here
        ):
            moving.setdefault(fact.text, []).append(at(fact.used_at))
        elif isinstance(fact, Source) and fact.pin in _MOVES and not fact.own:
            moving.setdefault(f"{fact.url} {fact.ref}".strip(), []).append(at(fact.used_at))
    differ = [one for one in services if len({ran.digest or ran.image for ran in one.ran}) > 1]
    often = sorted(moving.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:_SHOWN]
    return Measure(
        name="Variability",
        value=f"{count(sum(map(len, moving.values())), 'reference')} can move",
        better="less",
        means="References that can name something else tomorrow, and services whose environments run different artifacts: what makes two runs of one commit differ.",
        parts=(
            Part("services whose environments differ", str(len(differ))),
            *(Part(name, str(len(spots)), tuple(spots)) for name, spots in often),
        ),
    )
