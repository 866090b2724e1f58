"""Layers: whether a refresh of the package index stands alone in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from immutable_delivery.effects.stage import Event
from immutable_delivery.effects.tables import Tables
from immutable_delivery.facts import Fact, Install
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place

_INSTALLING = frozenset(
    ("make", "rosdep", "ansible-playbook", "playwright", "mk-build-deps", "tasksel", "gdebi")
)
_BY_PATH = (".", "$")


class Layers:
    """What the layers of a stage install."""

    def __init__(self, events: Iterable[Event], facts: Iterable[Fact], tables: Tables) -> None:
        self._tables = tables
        self._layer: dict[Place, int] = {}
        self._families: dict[int, set[str]] = defaultdict(set)
        """Package families that a layer installs from; "" for anything that may install."""
        for event in events:
            self._layer[event.extent] = event.layer
            by_path = event.call.words[0].text.startswith(_BY_PATH)
            if by_path or event.name in _INSTALLING:
                self._families[event.layer].add("")
        for fact in facts:
            if isinstance(fact, Install) and fact.action != "refresh":
                layer = self._layer.get(fact.extent, 0)
                system = fact.ecosystem == "os"
                self._families[layer].add(self._family(fact) if system else "")

    def settled(self, fact: Fact) -> Fact:
        """Return a refresh with whether it stands alone, any other fact as it is."""
        if not isinstance(fact, Install) or fact.action != "refresh":
            return fact
        families = self._families[self._layer.get(fact.extent, 0)]
        return replace(fact, alone=families.isdisjoint({"", self._family(fact)}))

    def _family(self, fact: Install) -> str:
        manager = self._tables.manager(fact.manager)
        return manager.family if manager is not None else fact.manager
