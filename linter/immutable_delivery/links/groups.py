"""Disjoint sets of what belongs together, whatever the order in which that is found out."""

from __future__ import annotations

from immutable_delivery.links.services import Key
from immutable_delivery.records import Record, field


class Groups(Record):
    """Disjoint sets of keys."""

    parent: dict[Key, Key] = field(default_factory=dict)

    def find(self, key: Key) -> Key:
        """Return the key that stands for the set of ``key``."""
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, *keys: Key) -> None:
        """Make the sets of these keys one; the smallest key stands for it, whatever the order."""
        roots = sorted({self.find(key) for key in keys})
        for root in roots[1:]:
            self.parent[root] = roots[0]
