"""What a template may call, and what Go would let it be called with."""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.records import Record
from immutable_delivery.syntax.gotemplate.values import Value


class Function(Record, frozen=True):
    """A function of templates."""

    call: Callable[..., Value]
    parameters: str = "any*"
    """Go's types in their order: any, string, int, int64, float64, bool, map, changed-map (never nil), list; the last with `*` comes any number of times."""
    unknowns: bool = False
    """Whether it takes unknown arguments; else they make its result unknown without a call."""
    running: bool = False
    """Whether it gets the rendering (`execution.Run`) before its arguments."""
