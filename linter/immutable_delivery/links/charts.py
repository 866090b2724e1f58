"""A chart that something here releases is what that makes of it: its defaults alone are nobody's."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Fact, Source


def link_charts(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts without the defaults of charts that are released; what those take from elsewhere stays."""
    released = {fact.scope.chart for fact in facts if not fact.scope.defaults} - {""}
    return [
        fact
        for fact in facts
        if not (fact.scope.defaults and fact.scope.chart in released) or isinstance(fact, Source)
    ]
