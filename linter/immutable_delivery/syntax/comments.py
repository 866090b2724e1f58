"""Comments of formats that are no YAML: where they stand is for each to say, what they cover is said here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from immutable_delivery.context import Comment
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence, entry_extent

Stretch = tuple[int, int]
"""Where something begins and ends."""

MARKER = "imd:"


def remarks(
    text: Text, found: Iterable[Stretch], statements: Iterable[Stretch], marks: str = "#;/* \t"
) -> list[Comment]:
    """Return those comments that hold the marker, with the statement that each stands above or at the end of.

    ``found`` are the comments with their markers, which consist of ``marks``.
    """
    if MARKER not in text.value:
        return []
    ordered = sorted(set(statements), key=lambda statement: (statement[0], -statement[1]))
    value = text.value
    return [
        Comment(
            value[start:end].strip(marks + "\r\n"), start, end, _covered(text, ordered, start, end)
        )
        for start, end in found
        if MARKER in value[start:end]
    ]


def stretches(places: Iterable[Place]) -> list[Stretch]:
    """Return where what stands at these places begins and ends."""
    return [(place.span.start, place.span.end) for place in places]


def statements(root: Node | None) -> Iterator[Stretch]:
    """Yield the entries of mappings and the items of sequences, however deep."""
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            for key, value in node.entries.values():
                span = entry_extent(key, value).span
                yield span.start, span.end
                waiting.append(value)
        elif isinstance(node, Sequence):
            yield from ((item.place.span.start, item.end) for item in node.items)
            waiting += (item for item in node.items if not isinstance(item, Scalar))


def _covered(text: Text, ordered: list[Stretch], start: int, end: int) -> Stretch:
    line = text.line_starts[text.line_of(start) - 1]
    first = bisect_left(ordered, (line, -1))
    if text.value[line:start].strip():
        begun = next(
            (stretch for stretch in ordered[first : first + 1] if stretch[0] < start), None
        )
        before = (ordered[at] for at in range(first - 1, -1, -1))
        return begun or next((one for one in before if one[1] > line), (start, end))
    below = bisect_left(ordered, (end, -1))
    return ordered[below] if below < len(ordered) else (start, end)
