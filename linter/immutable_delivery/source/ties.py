"""Names that belong together because one leads to another: disjoint sets."""

from __future__ import annotations

from collections.abc import Iterator


class Ties:
    """Disjoint sets of names."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def known(self) -> Iterator[str]:
        """Yield every name that is tied to another."""
        yield from self._above

    def root(self, name: str) -> str:
        """Return the name that stands for the set."""
        while (above := self._above.get(name, name)) != name:
            self._above[name] = self._above.get(above, above)  # so that no chain grows long
            name = above
        return name

    def tie(self, one: str, other: str) -> None:
        """Join the sets of two names."""
        first, second = sorted((self.root(one), self.root(other)))
        self._above[second] = first
        self._above.setdefault(one, first)
        self._above.setdefault(other, first)
