"""Comments of a Dockerfile, with the stage that each heads or stands in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from immutable_delivery.context import Comment
from immutable_delivery.formats.dockerfile.document import Document
from immutable_delivery.records import replace


def in_stages(document: Document, end: int) -> Iterator[Comment]:
    """Yield the comments of a Dockerfile that ends at ``end``; one above a FROM belongs to the stage that it begins."""
    starts = [
        instruction.place.span.start
        for instruction in document.instructions
        if instruction.name == "FROM"
    ]
    for comment in document.comments:
        number = bisect_right(starts, comment.covers[0]) if comment.covers else 0
        stop = starts[number] if number < len(starts) else end
        yield replace(comment, stage=(starts[number - 1], stop) if number else None)
