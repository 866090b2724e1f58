"""Rendered text as the tree that the Kubernetes reading takes: each scalar knows what decides it and where the template uses it."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.gotemplate.traced import UNKNOWN, Partial, Traced
from immutable_delivery.syntax.yaml import (
    Document,
    Mapping,
    Node,
    Scalar,
    Sequence,
    documents,
    documents_between,
)

_CUT = lazy(r"(?:\A|\s*\n)---\s*")
_GLUED = lazy(r"^---(?=\S)", re.MULTILINE)


OPEN = "?"
"""YAML's mark of a key, alone in its line: the mapping has entries that nobody knows."""


Texts = dict[tuple[str, str], list[Document]]
"""Rendered texts that have been read, by template: most values change few of them."""


def positioned(text: Traced, template: str, known: Texts) -> list[Document]:
    """Return the documents of a text that a template gave."""
    ruler = _Ruler(text, template)
    plain = _legible(str(text)) if isinstance(text, Partial) else str(text)
    found = known.get((template, plain))
    if found is None:
        found = known[template, plain] = _documents(Text(template, plain))
    return [ruler.document(one) for one in found]


def _legible(text: str) -> str:
    """Return a text, as long, in which lines that nobody knows break nothing: an open entry, an empty item, a value."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.strip() == UNKNOWN:
            above = next((one for one in reversed(lines[:number]) if one.strip()), "")
            below = next((one for one in lines[number + 1 :] if one.strip()), "")
            lines[number] = line.replace(UNKNOWN, _stand_in(_indent(line), above, below))
    return "\n".join(lines)


def _stand_in(indent: int, above: str, below: str) -> str:
    """Return what may stand alone in a line: the value of the key above, an item beside others, or an entry without a key."""
    alone = _indent(below) < indent or not below
    if above.rstrip().endswith(":") and _indent(above) < indent and alone:
        return UNKNOWN
    beside = (one.lstrip() for one in (above, below) if _indent(one) == indent)
    return "-" if any(one.startswith("- ") for one in beside) else OPEN


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _documents(text: Text) -> list[Document]:
    """Return the documents as Helm cuts them: `---` ends one whatever stands behind it."""
    if not _GLUED.search(text.value):
        return documents(text)
    cuts = [found.span() for found in _CUT.finditer(text.value)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text.value)]
    spans = zip(starts, ends, strict=True)
    return [
        one for start, end in spans if start < end for one in documents_between(text, start, end)
    ]


class Rendered(Scalar):
    """A scalar of a rendered text: what nobody asks about costs nothing."""

    __slots__ = ("_key", "_ruler", "_was")

    def __init__(self, was: Scalar, ruler: _Ruler, *, key: bool = False) -> None:
        self._was = was
        self._ruler = ruler
        self._key = key
        self.plain = was.plain
        self.tag = was.tag

    def __getattr__(self, name: str) -> object:
        """Fill the two slots of the base that nothing has set yet."""
        if name not in {"written", "place"}:
            raise AttributeError(name)
        self.written = self._ruler.written(self._was.written)
        self.place = self.used_at if self._key else self._ruler.decided(self.written)
        return self.written if name == "written" else self.place

    @property
    def text(self) -> str:
        """The value."""
        return self._was.text

    @property
    def used_at(self) -> Place:
        """Where the template puts it."""
        return self.written.used_at

    @property
    def end(self) -> int:
        """Where the template has put all of it."""
        return self.used_at.span.end


class _Ruler:
    """From offsets in a rendered text to places."""

    def __init__(self, text: Traced, template: str) -> None:
        self._text = text
        self._template = template
        self._fallback = Place(template, Span(0, 0))
        self._done: dict[int, Node] = {}
        """Nodes by the identity of what they were: what aliases share stays shared."""

    def document(self, found: Document) -> Document:
        """Return a document with its places."""
        root = None if found.root is None else self._node(found.root)
        self._done.clear()  # its nodes know this ruler: nothing else would let go of either
        at = self._used(found.problem_at).span.start if found.problem else 0
        return replace(
            found, root=root, place=self._hull(found.place), problem_at=at, duplicates=[]
        )

    def written(self, text: LocatedText) -> LocatedText:
        """Return a text of the rendering with the places that decide it."""
        pieces = [piece for one in text.segments for piece in self._pieces(one)]
        missing = [name for one in text.segments for name in self._stretch(one).unresolved]
        value = "".join(piece.text for piece in pieces) if missing else text.text
        whole = self._hull(text.used_at)
        return LocatedText(value, tuple(pieces), whole, tuple(dict.fromkeys(missing)))

    def decided(self, text: LocatedText) -> Place:
        """Return where a person would change it: in the one file that decides all of it, else where it is used."""
        files = {piece.place.file for piece in text.segments}
        if len(files) != 1 or self._template in files:
            return text.used_at
        spans = [piece.place.span for piece in text.segments]
        low, high = min(one.start for one in spans), max(one.end for one in spans)
        return Place(files.pop(), Span(low, high))

    def _node(self, root: Node) -> Node:
        if id(root) not in self._done:
            self._done[id(root)] = self._placed(root)
        return self._done[id(root)]

    def _placed(self, root: Node) -> Node:
        if isinstance(root, Scalar):
            return Rendered(root, self)
        place = self._hull(root.place)
        if isinstance(root, Sequence):
            return Sequence([self._node(one) for one in root.items], place=place, tag=root.tag)
        entries: dict[str, tuple[Scalar, Node]] = {
            name: (Rendered(key, self, key=True), self._node(value))
            for name, (key, value) in root.entries.items()
        }
        return Mapping(entries, place=place, tag=root.tag)

    def _stretch(self, piece: Segment) -> LocatedText:
        span = piece.place.span
        return self._text.located(span.start, span.end, self._fallback)

    def _pieces(self, piece: Segment) -> tuple[Segment, ...]:
        found = self._stretch(piece)
        if piece.aligned and found.text == piece.text:
            return found.segments
        return (Segment(piece.text, found.place(), aligned=False),) if piece.text else ()

    def _hull(self, place: Place) -> Place:
        """Return where a stretch is used: from its first character to its last, where both stand in one file."""
        first = self._used(place.span.start)
        last = self._used(max(place.span.start, place.span.end - 1))
        if last.file != first.file or last.span.end < first.span.start:
            return first
        return Place(first.file, Span(first.span.start, last.span.end))

    def _used(self, offset: int) -> Place:
        found = self._text.origin.used(offset)
        return found or self._text.located(offset, offset + 1, self._fallback).place()
