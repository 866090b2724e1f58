"""What rendering may cost: a line of nested loops would otherwise keep the gate for minutes."""

from __future__ import annotations

from time import thread_time

from immutable_delivery.records import Record

_QUANTUM = 64
"""Steps between two looks at the clock."""


class SpentError(Exception):
    """Nothing is left of a budget: what it was asked for."""


class Limits(Record, frozen=True):
    """The most that may be spent."""

    steps: int = 1_500_000
    """Actions, texts and rounds of loops."""
    items: int = 1_000_000
    """Entries of lists and maps that functions make or walk."""
    output: int = 40_000_000
    """Characters that are written, or made by functions."""
    depth: int = 250
    """Templates inside templates."""
    seconds: float = 2.0
    """Time of the processor: what a busy machine makes of it decides nothing."""


class Budget:
    """What may still be spent, by all the templates that it is given to."""

    __slots__ = ("_end", "_items", "_limits", "_output", "_steps", "depth", "quantum")

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._steps = self._limits.steps
        self._items = self._limits.items
        self._output = self._limits.output
        self._end = 0.0
        self.quantum = 0
        """Steps that are paid for already: who takes one looks whether it is below zero, and calls `refill`."""
        self.depth = 0

    def spend(self, steps: int = 1) -> None:
        """Spend steps."""
        self.quantum -= steps
        if self.quantum < 0:
            self.refill()

    def refill(self) -> None:
        """Pay for the next steps."""
        spent = _QUANTUM - self.quantum
        self._steps -= spent
        self.quantum = _QUANTUM
        if self._steps < 0:
            raise SpentError(f"asks for more than {self._limits.steps} steps")
        self.look()

    def look(self) -> None:
        """Look at the clock; it runs from the first time on."""
        now = thread_time()
        self._end = self._end or now + self._limits.seconds
        if now > self._end:
            raise SpentError(f"takes more than {self._limits.seconds:g} seconds")

    def items(self, count: int) -> None:
        """Spend entries of lists and maps."""
        self._items -= count
        self.spend(count)
        if self._items < 0:
            raise SpentError(f"makes lists and maps of more than {self._limits.items} entries")

    def output(self, count: int) -> None:
        """Spend characters."""
        self._output -= count
        if self._output < 0:
            raise SpentError(f"makes more than {self._limits.output} characters")

    def enter(self) -> None:
        """Go into a template."""
        self.depth += 1
        if self.depth > self._limits.depth:
            raise SpentError(
                f"calls templates inside templates, {self._limits.depth} deep: does one call itself?"
            )

    def leave(self) -> None:
        """Come back out of it."""
        self.depth -= 1
