"""Files of commands that something runs: what is told there is not told again, and what a repository tests with is no deploy."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Command, Fact, Job, Source
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place

Key = tuple[type, Place]
_OWN = "this repository makes clusters to test with, and nothing here tells which one is meant"


def link_alone(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts without those of scripts by themselves that something else is known to run."""
    run = {_key(fact) for fact in facts if not fact.scope.alone}
    followed = {_key(fact) for fact in facts if fact.related and fact.scope.alone}
    pushed = _pushed(facts)
    makes = any(isinstance(fact, Command) and fact.makes == "cluster" for fact in facts)
    return [
        _decided(_left(fact, pushed), makes=makes)
        for fact in facts
        if not fact.scope.alone
        or (_key(fact) not in run and (bool(fact.related) or _key(fact) not in followed))
    ]


def _key(fact: Fact) -> Key:
    return type(fact), fact.used_at


def _pushed(facts: Sequence[Fact]) -> frozenset[Place]:
    """Return the images that jobs push, by where they are named: in scripts that they run, too."""
    jobs = (fact for fact in facts if isinstance(fact, Job) and not fact.scope.alone)
    return frozenset(one.place for job in jobs for one in job.pushes)


def _left(fact: Fact, pushed: frozenset[Place]) -> Fact:
    """Return a script that pushes images without those that a job pushes by it."""
    if not isinstance(fact, Job) or not fact.scope.alone:
        return fact
    return replace(fact, pushes=tuple(one for one in fact.pushes if one.place not in pushed))


def _decided(fact: Fact, *, makes: bool) -> Fact:
    """Return a command, or what it takes, with the doubt that the rest of the repository leaves."""
    if makes and isinstance(fact, Command | Source) and fact.doubtful and fact.scope.alone:
        return replace(fact, throwaway="undecided", undecided=_OWN)
    return fact
