"""What a change touches, and which findings it brings."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from immutable_delivery.findings import SEVERITIES, Finding, rank
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import Files, read_text
from immutable_delivery.source.text import Place, Span

Lines = tuple[int, int]
"""The first line of a stretch (1-based, lines end with LF) and how many there are."""


class Change(Record, frozen=True):
    """What became of one file that is there after the change."""

    path: str
    old: str = ""
    """Its name before, where that was another."""
    lines: tuple[Lines, ...] | None = None
    """The lines that are new or different, in order; None: all of them."""


class Changes(Record, frozen=True, dict=True):
    """The files that a change touches, and the files of the repository after it."""

    files: Mapping[str, Change]
    deleted: frozenset[str]
    after: Files
    _spans: dict[str, list[Span] | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.files or self.deleted)

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """New names by old ones."""
        return {change.old: change.path for change in self.files.values() if change.old}

    @property
    def paths(self) -> frozenset[str]:
        """Every path that holds something else after the change, or nothing."""
        return self.deleted.union(self.files, self.renamed)

    def touches(self, place: Place) -> bool:
        """Tell whether a place lies on lines that are new or different."""
        change = self.files.get(place.file)
        if change is None:
            return False
        if place.file not in self._spans:
            self._spans[place.file] = self._changed(change)
        spans = self._spans[place.file]
        return spans is None or _overlaps(spans, place.span)

    def _changed(self, change: Change) -> list[Span] | None:
        """Return the offsets of the lines that changed; None: any, also where the file is no text."""
        if change.lines is None:
            return None
        text = read_text(self.after, change.path)
        return list(_spans_of(change.lines, text.value)) if text else None


def _spans_of(lines: Sequence[Lines], value: str) -> Iterator[Span]:
    at, number = 0, 1
    for first, count in lines:
        at = _skip(value, at, first - number)
        end = _skip(value, at, count)
        yield Span(at, end)
        at, number = end, first + count


def _skip(value: str, at: int, lines: int) -> int:
    for _ in range(lines):
        at = value.find("\n", at) + 1 or len(value)
    return at


def _overlaps(spans: Sequence[Span], place: Span) -> bool:
    """Tell whether a place, which may be empty, shares a character with one of the spans."""
    end = max(place.end, place.start + 1)
    index = bisect_right(spans, end - 1, key=lambda span: span.start) - 1
    return index >= 0 and spans[index].end > place.start


def touched(finding: Finding, changes: Changes) -> bool:
    """Tell whether a finding, or a use of what it is about, lies on lines that changed."""
    return changes.touches(finding.place) or any(changes.touches(use) for use in finding.uses)


def elsewhere(after: Iterable[Finding], changes: Changes) -> list[Finding]:
    """Return the findings that no changed line shows: only for them the state before has to be judged."""
    return [finding for finding in after if not touched(finding, changes)]


def introduced(
    after: Sequence[Finding], before: Sequence[Finding], changes: Changes
) -> list[Finding]:
    """Return the findings on changed lines, and those that the change caused elsewhere.

    The change caused what was not found before it, or was less severe, disabled or suppressed.
    """
    old = _known(elsewhere(after, changes), before, changes)
    return [finding for finding in after if id(finding) not in old]


def brought(after: Sequence[Finding], before: Sequence[Finding], changes: Changes) -> list[Finding]:
    """Return the findings that were not there before, or less bad, wherever they are."""
    old = _known(after, before, changes)
    return [finding for finding in after if id(finding) not in old]


def _known(after: Iterable[Finding], before: Sequence[Finding], changes: Changes) -> set[int]:
    """Return the ids of the findings that were there before, at least as bad."""
    exact = {finding.fingerprint: finding for finding in before if finding.fingerprint}
    twins = Counter((_key(finding, changes.renamed), _rank(finding)) for finding in before)
    known, doubtful = set[int](), list[Finding]()
    for finding in after:
        old = exact.get(finding.fingerprint)
        if old is None:
            doubtful.append(finding)
            continue
        twins[_key(old, changes.renamed), _rank(old)] -= 1
        if _rank(old) <= _rank(finding):
            known.add(id(finding))
    # a twin inserted above or a new file name alters the fingerprint, not what is found
    arrived = {new: new for new in changes.renamed.values()}
    known.update(id(finding) for finding in doubtful if _taken(finding, arrived, twins))
    return known


def _taken(
    finding: Finding, arrived: Mapping[str, str], twins: Counter[tuple[tuple[str, ...], int]]
) -> bool:
    for worse in range(_rank(finding) + 1):
        key = (_key(finding, arrived), worse)
        if twins[key] > 0:
            twins[key] -= 1
            return True
    return False


def _key(finding: Finding, moved: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a finding is known by; not by its owner where its file moves, for that is often called after the folder."""
    evidence = finding.evidence or finding.message
    path = moved.get(finding.place.file)
    if path is None:
        return finding.policy, finding.place.file, finding.owner, evidence
    return finding.policy, path, "", evidence


def _rank(finding: Finding) -> int:
    """Return how bad a finding is, 0 the worst; what no report shows is the least."""
    if finding.suppressed or not finding.enabled:
        return len(SEVERITIES)
    return rank(finding.severity)
