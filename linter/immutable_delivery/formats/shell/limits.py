"""How much of a script is read: hostile ones end soon, and what is left out is named."""

from __future__ import annotations

from immutable_delivery.records import Record

MAX_STEPS = 10_000
MAX_NESTING = 24


class Limits(Record):
    """What has been read so far, and how deep it goes."""

    nesting: int = 0
    steps: int = 0
    exceeded: bool = False
    """Whether something was left out."""

    def step(self) -> bool:
        """Take a step; False where there are no more."""
        self.steps += 1
        self.exceeded |= self.steps > MAX_STEPS
        return self.steps <= MAX_STEPS

    def enter(self) -> bool:
        """Go one level deeper; False where that is too deep, or too much has been read."""
        if self.nesting >= MAX_NESTING or not self.step():
            self.exceeded = True
            return False
        self.nesting += 1
        return True

    def leave(self) -> None:
        """Come back from a level."""
        self.nesting -= 1
