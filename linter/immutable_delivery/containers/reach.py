"""The environments that facts reach: what several overlays share is said once, with all their names."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import Any

from immutable_delivery.containers.environments import Environment, ordered
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.records import Record, field, replace

_FIELDS: dict[type[Fact], Callable[[Fact], tuple[Any, ...]]] = {}


class _Reached(Record):
    fact: Fact
    environments: list[Environment] = field(default_factory=list)


class Reach:
    """Gathers facts environment by environment."""

    def __init__(self, ctx: ParseContext) -> None:
        self._ctx = ctx
        self._found: dict[Hashable, _Reached] = {}
        self._same: dict[int, _Reached] = {}
        """By the identity of those facts that are kept here: most of what overlays share is one object."""
        self._scopes: dict[Hashable, Scope] = {}
        """By the identity of the scope that a fact has, and the environments that it reaches."""

    def add(self, found: Iterable[Fact], environment: Environment) -> None:
        """Add the facts of one environment."""
        for fact in found:
            known = self._same.get(id(fact)) or self._known(fact)
            known.environments.append(environment)

    def _known(self, fact: Fact) -> _Reached:
        known = self._found.setdefault(_key(fact), _Reached(fact))
        self._same[id(known.fact)] = known
        return known

    def facts(self) -> Iterable[Fact]:
        """Yield each fact once, in the order in which they came."""
        for one in self._found.values():
            scope = self._scope(one)
            same = one.fact.extent.file == one.fact.used_at.file
            extent = one.fact.extent if same else one.fact.used_at
            yield replace(one.fact, scope=scope, extent=extent)

    def _scope(self, one: _Reached) -> Scope:
        """Return where a fact holds; those that shared a scope share the new one."""
        same = (id(one.fact.scope), *one.environments)
        if same not in self._scopes:
            self._scopes[same] = self._reached(one)
        return self._scopes[same]

    def _reached(self, one: _Reached) -> Scope:
        reached = ordered(one.environments, self._ctx)
        return replace(
            one.fact.scope,
            environments=tuple(found.name for found in reached),
            evidence=tuple(found.evidence for found in reached),
            development=all(found.development for found in one.environments),
        )


def _key(fact: Fact) -> Hashable:
    kind = type(fact)
    if kind not in _FIELDS:
        _FIELDS[kind] = attrgetter(*(name for name in kind.__struct_fields__ if name != "places"))
    return kind, _FIELDS[kind](fact), frozenset(fact.places.items())
