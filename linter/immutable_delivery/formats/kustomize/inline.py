"""YAML that stands as text inside YAML: its nodes with their places in the outer file."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from immutable_delivery.records import replace
from immutable_delivery.source.located import Piece, Written
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Scalar, Sequence, documents


def inner_documents(outer: Scalar) -> list[Document]:
    """Return the documents that a scalar holds; places and problems are those of the file around it."""
    found = documents(Text(outer.place.file, outer.text))
    move = _Move(outer.written)
    return [move.document(document) for document in found]


class _Move:
    """Takes nodes from the text inside to the file outside."""

    def __init__(self, outer: Written) -> None:
        self._outer = outer
        self._starts = [0, *accumulate(len(piece.text) for piece in outer.pieces)]

    def document(self, document: Document) -> Document:
        root = self.node(document.root) if document.root is not None else None
        at = self._place(document.problem_at, document.problem_at).span.start
        place = self._moved(document.place)
        keys = [self._scalar(key) for key in document.duplicates]
        return replace(document, root=root, place=place, problem_at=at, duplicates=keys)

    def node(self, node: Node) -> Node:
        if isinstance(node, Mapping):
            found = node.entries.items()
            entries = {name: (self._scalar(key), self.node(value)) for name, (key, value) in found}
            return Mapping(entries, place=self._moved(node.place), tag=node.tag)
        if isinstance(node, Sequence):
            items = [self.node(item) for item in node.items]
            return Sequence(items, place=self._moved(node.place), tag=node.tag)
        return self._scalar(node)

    def _scalar(self, node: Scalar) -> Scalar:
        pieces = tuple(moved for piece in node.written.pieces for moved in self._pieces(piece))
        place = self._moved(node.place)
        return Scalar(Written(node.text, pieces, place), place, plain=node.plain, tag=node.tag)

    def _pieces(self, piece: Piece) -> list[Piece]:
        """Cut what is aligned with the inner text along the pieces of the outer one."""
        span = piece.place.span
        if not piece.aligned:
            return [Piece(piece.text, self._moved(piece.place), aligned=False)]
        found, at = [], span.start
        while at < span.end:
            index = self._index(at)
            outer = self._outer.pieces[index]
            low, end = at - self._starts[index], min(span.end, self._starts[index + 1])
            text = piece.text[at - span.start : end - span.start]
            start = outer.place.span.start + low
            place = outer.place.at(start, start + len(text)) if outer.aligned else outer.place
            found.append(Piece(text, place, outer.aligned))
            at = end
        return found

    def _moved(self, place: Place) -> Place:
        return self._place(place.span.start, place.span.end)

    def _place(self, start: int, end: int) -> Place:
        if not self._outer.pieces:
            return self._outer.whole
        first, last = self._offset(start), self._offset(max(start, end - 1), after=end > start)
        return self._outer.whole.at(first, max(first, last))

    def _offset(self, at: int, *, after: bool = False) -> int:
        index = self._index(at)
        piece = self._outer.pieces[index]
        if not piece.aligned:
            return piece.place.span.end if after else piece.place.span.start
        within = min(at - self._starts[index] + after, len(piece.text))
        return piece.place.span.start + within

    def _index(self, at: int) -> int:
        return max(0, min(bisect_right(self._starts, at) - 1, len(self._outer.pieces) - 1))
