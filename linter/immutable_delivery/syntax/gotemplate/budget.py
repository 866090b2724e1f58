"""What rendering may cost: a line of nested loops would otherwise keep the gate for minutes."""

from __future__ import annotations

from immutable_delivery.records import Record


class Limits(Record, frozen=True):
    """The most that one budget may spend."""

    steps: int = 3_000_000
    """Actions, texts and rounds of loops."""
    items: int = 2_000_000
    """Entries of lists and maps that functions make."""
    output: int = 40_000_000
    """Characters that are written or made by functions."""
    depth: int = 100
    """Templates inside templates."""
    seconds: float = 2.0
