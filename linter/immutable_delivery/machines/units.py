"""Units of systemd that a machine is given: what their services run."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.systemd import Unit

_KEY = lazy(r"Exec(?:StartPre|Start|StartPost|Reload|Stop|StopPost)")
_MARKS = lazy(r"[-@:+!|]+")
"""How systemd is told to run a command."""


def commands(unit: Unit) -> Iterator[tuple[LocatedText, Place]]:
    """Yield each command of a service, with the entry that says it."""
    for entry in unit.entries:
        if entry.section == "Service" and _KEY.fullmatch(entry.key):
            marks = _MARKS.match(entry.value.text)
            yield (entry.value.slice(marks.end()) if marks else entry.value), entry.extent
