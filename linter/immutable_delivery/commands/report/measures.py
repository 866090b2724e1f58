"""The four V's, counted from facts: variety, velocity, visibility, variability.

They are Willis' words ("Immutable Delivery", 2015), who takes them from supply chains: a delivery should have more variety, velocity and visibility, and less
variability.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol

from immutable_delivery.commands.report.overview import Measure, Part, ServiceRow, Spot
from immutable_delivery.commands.report.trend import Revision
from immutable_delivery.facts import Container, Fact, Image, Install, Source
from immutable_delivery.reporters.plain import count
from immutable_delivery.source.text import Place

Spots = Mapping[str, Iterable[Spot]]

_MOVES = frozenset({"partial", "alias", "none"})
_DAY = 86_400


class Where(Protocol):
    """Tells where things can be read."""

    def spot(self, place: Place) -> Spot:
        """Return the line of a place."""
        ...

    def commit(self, one: Revision) -> Spot:
        """Return a commit."""
        ...


def measures(
    facts: Sequence[Fact],
    services: Sequence[ServiceRow],
    moves: Sequence[Revision],
    where: Where,
) -> tuple[Measure, ...]:
    """Return the four; ``moves`` are the commits that moved a digest, the newest first."""
    return (
        _variety(facts, where),
        _velocity(moves, where),
        _visibility(facts, services, where),
        _variability(facts, services, where),
    )


def _variety(facts: Iterable[Fact], where: Where) -> Measure:
    bases, managers = defaultdict[str, set[Spot]](set), defaultdict[str, set[Spot]](set)
    for fact in facts:
        if isinstance(fact, Image) and fact.role == "base" and fact.name and not fact.built_here:
            bases[fact.name].add(where.spot(fact.used_at))
        elif isinstance(fact, Install) and fact.scope.phase == "build":
            managers[fact.manager].add(where.spot(fact.used_at))
    return Measure(
        name="Variety",
        value=f"{count(len(bases), 'base image')}, {count(len(managers), 'package manager')}",
        better="more",
        means="Different base images and package managers in builds: what teams may choose freely, as long as each artifact is complete.",
        parts=(*_counted(bases), *_counted(managers)),
    )


def _counted(found: Spots) -> tuple[Part, ...]:
    """Return a part for each thing, with its lines; the most frequent first."""
    parts = (Part(name, str(len(spots)), spots) for name, spots in _sorted(found))
    return tuple(sorted(parts, key=lambda one: (-len(one.at), one.name)))


def _sorted(found: Spots) -> Iterator[tuple[str, tuple[Spot, ...]]]:
    return ((name, tuple(sorted(spots))) for name, spots in found.items())


def _velocity(moves: Sequence[Revision], where: Where) -> Measure:
    gaps = [(later.seconds - earlier.seconds) / _DAY for later, earlier in pairwise(moves)]
    between = (Part("median days between two", f"{median(gaps):.1f}"),) if gaps else ()
    return Measure(
        name="Velocity",
        value=f"{count(len(moves), 'commit')} moved digests in 90 days",
        better="more",
        means="Commits of the last 90 days that write or move the digest of an image: how often a new artifact is named, and so can be deployed and taken back.",
        parts=(*between, Part("commits", str(len(moves)), tuple(map(where.commit, moves)))),
    )


def _visibility(facts: Iterable[Fact], services: Sequence[ServiceRow], where: Where) -> Measure:
    images = [one for one in facts if isinstance(one, Image) and one.scope.deployed]
    unknown = [one for one in images if one.reference is None]
    labelled = {one.scope.service for one in facts if isinstance(one, Container) and one.labels} - {
        ""
    }
    known = sum(bool(one.start) for one in services)
    return Measure(
        name="Visibility",
        value=f"start command known of {_share(known, len(services))}",
        better="more",
        means="What anybody can tell from the repository alone. Behind each share stands what lacks it.",
        parts=(
            _having("services with a start command", services, lambda one: bool(one.start)),
            _having("services with a meta file", services, lambda one: bool(one.contract)),
            _having("services with labels", services, lambda one: one.name in labelled),
            Part(
                "deployed images whose reference is known",
                _share(len(images) - len(unknown), len(images)),
                tuple(sorted({where.spot(one.used_at) for one in unknown})),
            ),
        ),
    )


def _having(name: str, services: Sequence[ServiceRow], has: Callable[[ServiceRow], bool]) -> Part:
    without = [one for one in services if not has(one)]
    share = _share(len(services) - len(without), len(services))
    return Part(name, share, tuple(_named(one) for one in without))


def _named(row: ServiceRow) -> Spot:
    """Return a service by its name, with the address of where it is declared."""
    return Spot(row.name, 0, row.at.url if row.at else "")


def _share(some: int, every: int) -> str:
    return f"{some} of {every} ({some / every:.0%})" if every else "none"


def _variability(facts: Iterable[Fact], services: Sequence[ServiceRow], where: Where) -> Measure:
    moving = defaultdict[str, set[Spot]](set)
    for fact in facts:
        if isinstance(fact, Image) and _can_move(fact):
            moving[fact.text].add(where.spot(fact.used_at))
        elif (
            isinstance(fact, Source)
            and fact.pin in _MOVES
            and not fact.own
            and not fact.scope.development
        ):
            moving[f"{fact.url} {fact.ref}".strip()].add(where.spot(fact.used_at))
    differ = tuple(map(_named, filter(_differs, services)))
    return Measure(
        name="Variability",
        value=f"{count(sum(map(len, moving.values())), 'reference')} can move",
        better="less",
        means="Images without a digest and sources without a version, on lines that deliver; and services of which environments run different versions.",
        parts=(
            Part("services whose environments differ", str(len(differ)), differ),
            *_counted(moving),
        ),
    )


def _can_move(image: Image) -> bool:
    """Whether another image can be behind a reference tomorrow: behind any tag, whoever writes it."""
    scope = image.scope
    delivers = scope.shipped and not scope.development and not image.built_here
    return delivers and image.pin in {"exact", *_MOVES}


def _differs(row: ServiceRow) -> bool:
    """Whether two environments run different versions of one image; what runs in none by name is compared with nothing."""
    versions = defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
    for ran in row.ran:
        if ran.environment:
            versions[ran.name][ran.environment].add(ran.digest or ran.image)
    return any(
        len(set(map(frozenset, by_environment.values()))) > 1
        for by_environment in versions.values()
    )
