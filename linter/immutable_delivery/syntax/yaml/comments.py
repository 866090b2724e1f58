"""YAML comments that hold a marker, and the statement that each of them is about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from immutable_delivery.context import Comment
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import MARKERS
from immutable_delivery.records import Record
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml.nodes import (
    Document,
    Mapping,
    Node,
    ReadScalar,
    Scalar,
    Sequence,
    entry_extent,
)

_HASH = lazy(r"(?:^|(?<=[ \t]))#")
_LINE_BREAK = lazy(r"[\r\n]|\Z")


class _Statement(Record, frozen=True, order=True):
    """An entry of a mapping or an item of a sequence: what a comment can be about."""

    start: int
    end: int


def comments(text: Text, docs: list[Document]) -> list[Comment]:
    """Return the comments that hold a marker; text without any costs a search for each."""
    held = [marker for marker in MARKERS if marker in text.value]
    if not held:
        return []
    strings = _Strings(docs)
    found = sorted({span for marker in held for span in _marked(text.value, marker, strings)})
    if not found:
        return []
    statements = _Statements(docs)
    return [_comment(text, docs, statements, *span) for span in found]


def _marked(value: str, marker: str, strings: _Strings) -> Iterator[tuple[int, int]]:
    """Yield where comments with the marker stand: from their `#` to the end of the line."""
    at = 0
    while (at := value.find(marker, at)) >= 0:
        start = max(value.rfind("\n", 0, at), value.rfind("\r", 0, at)) + 1
        end = _end_of_line(value, at)
        hits = _HASH.finditer(value[start : value.rfind(marker, at, end)])
        hashes = (start + hit.start() for hit in hits if not strings.hold(start + hit.start()))
        if (begin := next(hashes, None)) is not None:
            yield begin, end
        at = end


def _end_of_line(value: str, at: int) -> int:
    found = _LINE_BREAK.search(value, at)
    return found.start() if found else len(value)


def _comment(
    text: Text, docs: list[Document], statements: _Statements, start: int, end: int
) -> Comment:
    value = text.value
    line = max(value.rfind("\n", 0, start), value.rfind("\r", 0, start)) + 1
    spans = (document.place.span for document in docs if document.problem)
    broken = next(
        ((span.start, span.end) for span in spans if span.start <= start < span.end), None
    )
    trailing = bool(value[line:start].strip())
    about = statements.on(line, start) if trailing else statements.below(end)
    covers = broken or ((about.start, about.end) if about else (start, end))
    return Comment(value[start + 1 : end].strip(), start, end, covers, _document(docs, start))


def _document(docs: list[Document], start: int) -> tuple[int, int] | None:
    """Return the document that a comment stands in or above."""
    spans = [document.place.span for document in docs]
    ctx = next((span for span in spans if start < span.end), spans[-1] if spans else None)
    return (ctx.start, ctx.end) if ctx else None


class _Strings:
    """Where scalars stand, for telling a comment from a `#` inside a string."""

    def __init__(self, docs: list[Document]) -> None:
        scalars = (node for node in _nodes(docs) if isinstance(node, ReadScalar))
        spans = sorted((_text_start(scalar), scalar.end) for scalar in scalars)
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def hold(self, offset: int) -> bool:
        """Whether a scalar holds the offset."""
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._ends[index]


def _text_start(scalar: ReadScalar) -> int:
    """Return where its text begins: comments may stand behind an anchor or the header of a block."""
    bare = scalar.source.value[scalar.begin : scalar.begin + 1] not in {"|", ">", "&", "!"}
    return scalar.begin if bare else scalar.place.span.start


class _Statements:
    """All statements of a file in their order."""

    def __init__(self, docs: list[Document]) -> None:
        found = {statement for node in _nodes(docs) for statement in _statements(node)}
        self._all = sorted(found, key=lambda one: (one.start, -one.end))
        self._starts = [one.start for one in self._all]

    def below(self, offset: int) -> _Statement | None:
        """Return the next statement, the widest of those that begin there."""
        index = bisect_left(self._starts, offset)
        return self._all[index] if index < len(self._all) else None

    def on(self, line: int, offset: int) -> _Statement | None:
        """Return the widest statement that begins on the line before the offset, else the one around it."""
        index = bisect_left(self._starts, offset)
        begun = self._all[bisect_left(self._starts, line) : index]
        if begun:
            return begun[0]
        before = (self._all[at] for at in range(index - 1, -1, -1))
        return next((one for one in before if one.end > line), None)


def _statements(node: Node) -> Iterator[_Statement]:
    if isinstance(node, Mapping):
        for key, value in (*node.entries.values(), *node.merges):
            span = entry_extent(key, value).span
            yield _Statement(span.start, span.end)
    elif isinstance(node, Sequence):
        for item in node.items:
            if item.place.span.start >= node.place.span.start:
                yield _Statement(item.place.span.start, item.end)


def _nodes(docs: list[Document]) -> Iterator[Scalar | Mapping | Sequence]:
    """Yield every node once, however many aliases repeat it."""
    seen: set[int] = set()
    stack: list[Node] = [document.root for document in docs if document.root is not None]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Mapping):
            for key, value in (*node.entries.values(), *node.merges):
                stack += (key, value)
        elif isinstance(node, Sequence):
            stack += node.items


def of_documents(document: list[Document], text: Text) -> list[Comment]:
    """Return the comments with what each covers, as a format is asked for them."""
    return comments(text, document)
