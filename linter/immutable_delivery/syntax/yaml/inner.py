"""YAML or JSON inside another text: the tree of a string that knows where it stands, each scalar placed where it is decided."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml.documents import documents
from immutable_delivery.syntax.yaml.nodes import Document, Mapping, Node, Scalar, Sequence


def inner_documents(written: LocatedText) -> list[Document]:
    """Return the documents of a text; a problem stands where its first character is decided."""
    ruler = _Ruler(written)
    return [ruler.document(one) for one in documents(Text(written.used_at.file, written.text))]


def placed(written: LocatedText, root: Node) -> Node:
    """Return a tree that was read from a text as if that were a file, with the places that decide it."""
    return _Ruler(written).tree(root)


class _Ruler:
    """From offsets in a text to the places that decide it."""

    def __init__(self, written: LocatedText) -> None:
        self._written = written
        self._segments = written.segments
        self._starts = list(accumulate((len(one.text) for one in written.segments), initial=0))
        self._done: dict[int, Node] = {}
        """Nodes by the identity of what they were: what aliases share stays shared."""

    def document(self, found: Document) -> Document:
        """Return a document with its places."""
        at = self._at(found.problem_at).span.start if found.problem else 0
        root = None if found.root is None else self._node(found.root)
        place = self._place(found.place)
        return replace(found, root=root, place=place, problem_at=at, duplicates=[])

    def tree(self, root: Node) -> Node:
        """Return a tree with its places."""
        return self._node(root)

    def _node(self, root: Node) -> Node:
        """Return a tree with its places; nesting is bounded by who read it."""
        if id(root) not in self._done:
            self._done[id(root)] = self._placed(root)
        return self._done[id(root)]

    def _placed(self, root: Node) -> Node:
        if isinstance(root, Scalar):
            return self._scalar(root)
        if isinstance(root, Sequence):
            return replace(
                root, items=[self._node(one) for one in root.items], place=self._place(root.place)
            )
        entries = {
            name: (self._scalar(key), self._node(value))
            for name, (key, value) in root.entries.items()
        }
        return Mapping(entries, place=self._place(root.place), tag=root.tag)

    def _scalar(self, node: Scalar) -> Scalar:
        pieces = tuple(piece for one in node.written.segments for piece in self._pieces(one))
        place = self._place(node.place)
        hidden = tuple(name for name in self._written.unresolved if name in node.text)
        return Scalar(
            LocatedText(node.text, pieces, place, hidden), place, plain=node.plain, tag=node.tag
        )

    def _pieces(self, piece: Segment) -> list[Segment]:
        """Return what decides a stretch: as many pieces as it crosses."""
        start, end = piece.place.span.start, piece.place.span.end
        if not piece.aligned:
            return [replace(piece, place=self._place(piece.place))]
        found, index = [], self._index(start)
        while start < end and index < len(self._segments):
            stop = min(end, self._starts[index + 1])
            found.append(self._cut(index, start, stop))
            start, index = stop, index + 1
        return found

    def _cut(self, index: int, start: int, stop: int) -> Segment:
        held, base = self._segments[index], self._starts[index]
        text = held.text[start - base : stop - base]
        if not held.aligned:
            return Segment(text, held.place, aligned=False)
        return Segment(text, self._within(held, start - base, stop - base))

    def _place(self, place: Place) -> Place:
        """Return where a stretch is decided: its first piece, on to its end where that stands in the same file."""
        first = self._at(place.span.start)
        last = self._at(max(place.span.start, place.span.end - 1))
        if last.file != first.file or last.span.end < first.span.start:
            return first
        return Place(first.file, Span(first.span.start, last.span.end))

    def _at(self, offset: int) -> Place:
        """Return where one character is decided."""
        if not self._segments:
            return self._written.used_at
        index = min(self._index(offset), len(self._segments) - 1)
        held, base = self._segments[index], self._starts[index]
        inside = min(offset - base, max(len(held.text) - 1, 0))
        return self._within(held, inside, inside + 1) if held.aligned else held.place

    def _within(self, held: Segment, start: int, end: int) -> Place:
        base = held.place.span.start
        return Place(held.place.file, Span(base + start, base + end))

    def _index(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)
