"""Meta files of one service: there is one, and it speaks for the service alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from immutable_delivery.facts import Contract, Fact, Problem
from immutable_delivery.records import replace


def link_contracts(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts in which a meta file says that another one describes its service too."""
    files: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, Contract) and fact.name and fact.scope.service:
            files[fact.scope.service].add(fact.used_at.file)
    twice = {name for name, paths in files.items() if len(paths) > 1}
    if not twice:
        return list(facts)
    return [
        _contested(fact, files[fact.scope.service])
        if isinstance(fact, Contract) and fact.scope.service in twice
        else fact
        for fact in facts
    ]


def _contested(contract: Contract, files: set[str]) -> Contract:
    others = ", ".join(sorted(files - {contract.used_at.file}))
    text = f"`{contract.scope.service}` is described by {others} too, so neither speaks for it: keep one file"
    problem = Problem(text=text, path="service", place=contract.place_of("name"))
    return replace(contract, problems=(*contract.problems, problem))
