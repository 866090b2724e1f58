"""How much one input may cost: some lines can ask for more than a machine has, and a gate that hangs stops everybody."""

from __future__ import annotations

SPENT = "asks for more than imd works out of one file: what comes after is not judged"
"""What a person is told, at the place where the budget is gone."""


class SpentError(Exception):
    """Nothing is left of a budget."""


class Budget:
    """What may still be spent; it grows with the input, so that twice the input costs about twice."""

    __slots__ = ("_left", "told")

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.told = False
        """Whether somebody has been told that it is gone."""

    def spend(self, cost: int = 1) -> None:
        """Take from it; raise SpentError where it does not have as much."""
        self._left -= cost
        if self._left < 0:
            raise SpentError

    def pays(self, cost: int = 1) -> bool:
        """Take from it; False where it does not have as much."""
        self._left -= cost
        return self._left >= 0
