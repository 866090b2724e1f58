"""Where the tools keep their migrations, and what the path of one says."""

from __future__ import annotations

from immutable_delivery.records import Record
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Migrations


class Layout(Record, frozen=True):
    """What a path says of a migration."""

    tool: str
    version: str = ""
    down: bool = False
    repeatable: bool = False


def layout_of(path: str) -> Layout | None:
    """Return the tool whose layout a path has, None where it has none."""
    for tool, pattern in known(Migrations).by_path:
        if found := pattern.search(path):
            given = found.groupdict()
            return Layout(
                tool, given.get("version") or "", bool(given.get("down")), bool(given.get("again"))
            )
    return None


def holds_one(tool: str, data: bytes) -> bool:
    """Whether a file holds what those of a tool do."""
    marks = known(Migrations).marks.get(tool, ())
    return not marks or any(mark.encode() in data for mark in marks)


def is_seed(path: str) -> bool:
    """Whether the name of a file, or of a folder of it, says that it puts data in."""
    return known(Migrations).seeding.search(path) is not None
