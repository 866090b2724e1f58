"""Edits of texts: which can be made together, and the bytes that they give. Whatever lies outside stays as it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from immutable_delivery.findings import Edit
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Span, Text

_Cut = tuple[int, int, str]


class ConflictError(Exception):
    """Two edits that change the same text differently."""

    def __init__(self, one: Edit, other: Edit) -> None:
        super().__init__(f"two edits of {one.place.file} change the same text differently")
        self.one = one
        self.other = other


class Plan(Record):
    """Edits of any number of files that can all be made; equal ones are one."""

    _files: dict[str, list[_Cut]] = field(default_factory=dict)

    def conflict(self, edits: Iterable[Edit]) -> ConflictError | None:
        """Return why these cannot join the plan; None where they can."""
        trial: dict[str, list[_Cut]] = {}
        for edit in edits:
            file = edit.place.file
            cuts = trial.setdefault(file, list(self._files.get(file, ())))
            if rival := _add(cuts, edit):
                return ConflictError(edit, rival)
        return None

    def add(self, edits: Sequence[Edit]) -> None:
        """Take edits into the plan, all of them or none; raise :class:`ConflictError`."""
        if conflict := self.conflict(edits):
            raise conflict
        for edit in edits:
            _add(self._files.setdefault(edit.place.file, []), edit)

    @property
    def paths(self) -> list[str]:
        """The files that change, sorted."""
        return sorted(path for path, cuts in self._files.items() if cuts)

    def edited(self, text: Text) -> bytes:
        """Return the bytes of a file with its edits made; their lines end as the file's lines do."""
        value, at = text.value, 0
        parts: list[str] = []
        for start, end, new in self._files.get(text.path, ()):
            if end > len(value):
                raise ValueError(f"{text.path} has no text at {start} to {end}")
            parts += [value[at:start], fitted(new, text)]
            at = end
        whole = "".join([*parts, value[at:]])
        return (b"\xef\xbb\xbf" if text.bom else b"") + whole.encode()

    def spans(self, text: Text) -> list[tuple[Span, Span]]:
        """Return the spans of a text that change, each with what becomes of it."""
        found, shift = [], 0
        for start, end, new in self._files.get(text.path, ()):
            length = len(fitted(new, text))
            after = Span(start + shift, start + shift + length)
            found.append((Span(start, end), after))
            shift += length - (end - start)
        return found


def planned(edits: Iterable[Edit]) -> Plan:
    """Return the plan of these edits; raise :class:`ConflictError` where they exclude each other."""
    plan = Plan()
    plan.add(tuple(edits))
    return plan


def fitted(new: str, text: Text) -> str:
    """Return what an edit puts into a text, its lines ending as the text's do."""
    return new.replace("\r\n", "\n").replace("\n", newline_of(text))


def newline_of(text: Text) -> str:
    """Return how the lines of a text end: as the first of them does."""
    return "\r\n" if text.value.partition("\n")[0].endswith("\r") else "\n"


def _add(cuts: list[_Cut], edit: Edit) -> Edit | None:
    """Put an edit in order among others; return the one that it excludes, and then leave them as they were."""
    span = edit.place.span
    cut = (span.start, span.end, edit.text)
    at = bisect_left(cuts, cut)
    for near in cuts[max(at - 1, 0) : at + 1]:
        if near == cut:
            return None
        if _clash(near, cut):
            return Edit(place=edit.place.at(*near[:2]), text=near[2])
    cuts.insert(at, cut)
    return None


def _clash(one: _Cut, other: _Cut) -> bool:
    """Whether two edits share text, or put different text in one place."""
    if one[:2] == other[:2]:
        return True
    return one[0] < other[1] and other[0] < one[1]
