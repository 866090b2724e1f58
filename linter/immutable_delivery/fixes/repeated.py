"""Start commands without effect: all but the last of their kind in a stage."""

from __future__ import annotations

from typing import cast

from immutable_delivery.facts import Container, Fact, Start
from immutable_delivery.findings import Edit, Fix
from immutable_delivery.fixes import FixContext, none, stage_of
from immutable_delivery.source.text import Place, Text


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Remove every CMD or ENTRYPOINT that another one replaces."""
    stage, text = cast("Container", fact), ctx.texts.get(place.file)
    starts = sorted(
        one.extent
        for one in ctx.kin(Start, stage_of, (place.file, stage.scope.owner))
        if one.origin == stage.repeated
    )
    if text is None or place not in starts[:-1]:
        return none("a person must decide which one is meant")
    edits = tuple(Edit(place=lines(text, start), text="") for start in starts[:-1])
    return Fix(title=f"Remove the {stage.repeated} that has no effect", edits=edits)


def lines(text: Text, place: Place) -> Place:
    """Return the whole lines that hold a place, with the line end of the last."""
    first, last = (
        text.line_of(place.span.start),
        text.line_of(max(place.span.end - 1, place.span.start)),
    )
    end = text.line_starts[last] if last < len(text.line_starts) else len(text.value)
    return place.at(text.line_starts[first - 1], end)
