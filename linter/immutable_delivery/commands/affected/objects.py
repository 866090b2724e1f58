"""The objects that manifests apply, and the services that they are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Applied, Container, Fact


class Objects:
    """The objects of a state."""

    def __init__(self, state: State) -> None:
        self.known: dict[tuple[str, ...], list[Applied]] = defaultdict(list)
        """By what applies them, where, the file and the name: several may have one, in other namespaces."""
        self._owned = _owned(state.facts)
        self._grouped: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for one in state.applied:
            self.known[one.group, one.environment, one.manifest, one.owner].append(one)
            for service in self._owned.get((one.manifest, one.owner), ()):
                self._grouped[one.group, one.environment][_name(one)].add(service)

    def services(self, one: Applied) -> Iterable[str]:
        """Return the services of an object: its own, those of its name, else all that are applied with it."""
        if own := self._owned.get((one.manifest, one.owner)):
            return sorted(own)
        beside = self._grouped[one.group, one.environment]
        return sorted(
            beside.get(_name(one)) or {name for names in beside.values() for name in names}
        )


def _name(one: Applied) -> str:
    return one.owner.partition("/")[2] or one.owner


def _owned(facts: Iterable[Fact]) -> Mapping[tuple[str, str], set[str]]:
    """Return the services by the manifest and the object that runs them."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, Container) and fact.scope.deployed and fact.scope.service:
            found[fact.manifest, fact.scope.owner.partition(" (")[0]].add(fact.scope.service)
    return found
