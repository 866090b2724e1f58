"""The environments that facts reach: what several overlays share is said once, with all their names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from immutable_delivery.containers.environments import Environment, ordered
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope
from immutable_delivery.records import Record, field, replace

_FIELDS: dict[type[Fact], tuple[str, ...]] = {}


class _Reached(Record):
    fact: Fact
    environments: list[Environment] = field(default_factory=list)


class Reach:
    """Gathers facts environment by environment."""

    def __init__(self, ctx: ParseContext) -> None:
        self._ctx = ctx
        self._found: dict[Hashable, _Reached] = {}

    def add(self, found: Iterable[Fact], environment: Environment) -> None:
        """Add the facts of one environment."""
        for fact in found:
            self._found.setdefault(_key(fact), _Reached(fact)).environments.append(environment)

    def facts(self) -> Iterable[Fact]:
        """Yield each fact once, in the order in which they came."""
        for one in self._found.values():
            scope = self._scope(one)
            same = one.fact.extent.file == one.fact.used_at.file
            extent = one.fact.extent if same else one.fact.used_at
            yield replace(one.fact, scope=scope, extent=extent)

    def _scope(self, one: _Reached) -> Scope:
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
        _FIELDS[kind] = kind.__struct_fields__
    return kind, *(_hashable(getattr(fact, name)) for name in _FIELDS[kind])


def _hashable(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), _hashable(inner)) for key, inner in value.items()))
    found: Hashable = value
    return found
