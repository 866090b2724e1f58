"""The tree under construction: one open collection above the other, no recursion."""

from __future__ import annotations

from typing import Any

from immutable_delivery.errors import UnreadableError
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml.nodes import (
    Document,
    Mapping,
    Node,
    ReadScalar,
    Scalar,
    Sequence,
)
from immutable_delivery.syntax.yaml.scalars import after_properties

MAX_DEPTH = 100
"""Deeper nesting is refused as soon as it is read: no delivery file has it, and parsers take minutes over it."""

MAX_COPIES = 250_000
"""Aliases that repeat more nodes than this are an alias bomb."""

_BLOCKS = {"|", ">"}


class RefusedError(UnreadableError):
    """A document that is well formed but not one to follow: no parser will make it better."""


class _Open(Record):
    """A collection that has begun: what it holds so far."""

    start: int
    anchor: str
    tag: str
    flow: bool
    before: int
    """The count of nodes when it began."""
    entries: dict[str, tuple[Scalar, Node]] | None = None
    """The entries of a mapping; None for a sequence."""
    items: list[Node] = field(default_factory=list)
    key: Node | None = None
    merges: list[tuple[Scalar, Node]] = field(default_factory=list)
    last: int = 0
    """Where its last child ends."""


class Builder:
    """Takes events, gives documents."""

    def __init__(self, source: Text, offset: int) -> None:
        self.documents: list[Document] = []
        self._source = source
        self._offset = offset
        self._reset(0)

    def _reset(self, start: int) -> None:
        self._open: list[_Open] = [_Open(start, "", "", flow=False, before=0)]
        self._top = self._open[0]
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._duplicates: list[Scalar] = []
        self._count = self._copies = 0

    def begin_document(self, event: Any) -> None:
        """Begin a document."""
        self._reset(event.start_mark.index + self._offset)

    def end_document(self, event: Any) -> None:
        """End a document."""
        root = self._top.items[0] if self._top.items else None
        if isinstance(root, Scalar) and root.plain and not root.text:
            root = None
        end = max(event.end_mark.index + self._offset, self._top.last)
        place = Place(self._source.path, Span(self._top.start, end))
        self.documents.append(Document(root, place, duplicates=self._duplicates))

    def scalar(self, event: Any) -> None:
        """Add a scalar; written without a call more than it needs, for most events are scalars."""
        value, style, tag = event.value, event.style or "", event.tag
        finish = event.end_mark.index + self._offset
        if style in _BLOCKS:
            finish = _without_blanks(self._source.value, finish)
        begin = event.start_mark.index + self._offset
        node = ReadScalar(value, self._source, begin, finish, style, str(tag) if tag else "")
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        top = self._top
        if top.entries is not None and top.key is None:
            top.key = node
            top.last = finish
        else:
            self._add(node, finish)

    def alias(self, event: Any) -> None:
        """Add what an alias means: the same node once more."""
        at = event.start_mark.index + self._offset
        if event.anchor not in self._anchors:
            raise RefusedError(f"alias *{event.anchor} has no anchor", at)
        found = self._anchors[event.anchor]
        if found is None:
            raise RefusedError(f"alias *{event.anchor} stands inside what it means", at)
        node, size = found
        self._repeat(size, at)
        self._add(node, event.end_mark.index + self._offset)

    def begin_mapping(self, event: Any) -> None:
        """Open a mapping."""
        self._begin(event).entries = {}

    def begin_sequence(self, event: Any) -> None:
        """Open a sequence."""
        self._begin(event)

    def end(self, event: Any) -> None:
        """Close the innermost collection."""
        top = self._open.pop()
        self._top = self._open[-1]
        end = event.end_mark.index + self._offset if top.flow else top.last or top.start
        place = Place(self._source.path, Span(top.start, end))
        node: Node
        if top.entries is None:
            node = Sequence(top.items, place=place, tag=top.tag)
        else:
            node = Mapping(top.entries, place=place, tag=top.tag)
            for key, value in top.merges:
                self._merge(node, key, value)
        if top.anchor:
            self._anchors[top.anchor] = (node, self._count - top.before)
        self._add(node, end)

    def _begin(self, event: Any) -> _Open:
        start = event.start_mark.index + self._offset
        if len(self._open) > MAX_DEPTH:
            raise RefusedError(f"is nested more than {MAX_DEPTH} levels deep", start)
        tag, anchor = str(event.tag or ""), event.anchor or ""
        if tag or anchor:
            start = after_properties(self._source.value, start, len(self._source.value))
        if anchor:
            self._anchors[anchor] = None
        self._top = _Open(start, anchor, tag, bool(event.flow_style), self._count)
        self._count += 1
        self._open.append(self._top)
        return self._top

    def _add(self, node: Node, end: int) -> None:
        top = self._top
        top.last = end
        if top.entries is None:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            key, top.key = top.key, None
            scalar = key if isinstance(key, Scalar) else self._as_written(key)
            name = scalar.text
            if name == "<<" and scalar.plain:
                top.merges.append((scalar, node))
                return
            if name in top.entries:
                self._duplicates.append(scalar)
            top.entries[name] = (scalar, node)

    def _as_written(self, key: Mapping | Sequence) -> Scalar:
        """Return a key that is no scalar (`{{ name }}: 1`) as the text that stands there."""
        span = key.place.span
        text = self._source.value[span.start : span.end]
        return ReadScalar(text, self._source, span.start, span.end, "", key.tag)

    def _merge(self, node: Mapping, key: Scalar, value: Node) -> None:
        """Merge what `<<` names; what is no mapping stays an entry for the format to judge."""
        sources = value.items if isinstance(value, Sequence) else [value]
        if not all(isinstance(source, Mapping) for source in sources):
            node.entries[key.text] = (key, value)
            return
        node.merges.append((key, value))
        for source in sources:
            if isinstance(source, Mapping):
                self._repeat(len(source.entries), key.place.span.start)
                for name, entry in source.entries.items():
                    node.entries.setdefault(name, entry)

    def _repeat(self, nodes: int, at: int) -> None:
        self._count += nodes
        self._copies += nodes
        if self._copies > MAX_COPIES:
            raise RefusedError(f"repeats more than {MAX_COPIES} nodes by aliases", at)


def _without_blanks(value: str, end: int) -> int:
    """Return where a block ends: behind its last character that is no blank."""
    while end and value[end - 1].isspace():
        end -= 1
    return end
