"""How much one input may cost: some lines can ask for more than a machine has, and a gate that hangs stops everybody."""

from __future__ import annotations

SPENT = "asks for more than imd works out of one file: what comes after is not judged"
"""What a person is told, at the place where the budget is gone."""


class SpentError(Exception):
    """Nothing is left of a budget."""


class Budget:
    """What may still be spent; it grows with the input, so that twice the input costs about twice."""

    __slots__ = ("left",)

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self, cost: int = 1) -> None:
        """Take from it; raise SpentError where it does not have as much."""
        self.left -= cost
        if self.left < 0:
            raise SpentError
