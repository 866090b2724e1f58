"""What a suppression silences, wherever it is written, and where it covers what."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count

from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place

WHOLE_FILE = (0, sys.maxsize)


class Area(Record, frozen=True, order=True):
    """A stretch of a file that a suppression covers."""

    file: str
    start: int
    end: int


class SuppressionEntry(Record, kw_only=True, eq=False):
    """One id of one suppression."""

    name: str
    reason: str
    until: date | None
    areas: tuple[Area, ...]
    place: Place
    extent: Place
    owner: str = ""
    """The only owner that it concerns, in those areas."""
    problem: str = ""
    files: tuple[str, ...] = field(default=())
    """The judged files that it could silence something in."""
    tool: str = ""
    """The other tool that the comment is for; empty for ours."""
    used: bool = False

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today


Points = Iterable[tuple[str, int]]


def covering(
    silencers: Iterable[SuppressionEntry], points: Points
) -> Mapping[tuple[str, int], Sequence[tuple[Area, SuppressionEntry]]]:
    """Return what covers each point (file and offset), in one sweep over all files."""
    areas = sorted(
        ((area, number, one) for number, one in enumerate(silencers) for area in one.areas),
        key=lambda entry: entry[:2],
    )
    if not areas:
        return dict.fromkeys(points, ())
    from heapq import heappop, heappush  # noqa: PLC0415 (most findings are silenced by nothing)

    found: dict[tuple[str, int], Sequence[tuple[Area, SuppressionEntry]]] = {}
    active: list[tuple[str, int, int, Area, SuppressionEntry]] = []
    waiting, order = iter(areas), count()
    upcoming = next(waiting, None)
    for point in sorted(set(points)):
        while upcoming is not None and (upcoming[0].file, upcoming[0].start) <= point:
            area, _, one = upcoming
            heappush(active, (area.file, area.end, next(order), area, one))
            upcoming = next(waiting, None)
        while active and (active[0][0], active[0][1]) <= point:
            heappop(active)
        found[point] = [(area, one) for *_, area, one in active]
    return found
