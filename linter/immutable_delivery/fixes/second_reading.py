"""Edited files before an independent reader of their format, where there is one."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.context import SecondReading
from immutable_delivery.edits.plan import Plan
from immutable_delivery.formats import Rereads, implements
from immutable_delivery.formats.registry import load
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text


class SecondReaders(Record):
    """What independent readers say of the edits of a run."""

    unsure: dict[str, str] = field(default_factory=dict)
    """Why one could not tell, by file: the edit rests on our own reading alone."""

    def refusals(
        self,
        plan: Plan,
        edited: Mapping[str, bytes],
        texts: Mapping[str, Text],
        formats: Mapping[str, str],
    ) -> dict[str, str]:
        """Return the files whose edit is not what it should be, with the reasons."""
        found = {
            path: _read(plan, data, texts[path], formats.get(path, ""))
            for path, data in edited.items()
        }
        self.unsure |= {path: one.unsure for path, one in found.items() if one.unsure}
        return {path: one.refused for path, one in found.items() if one.refused}

    @property
    def told(self) -> list[str]:
        """What could not be told, for a person."""
        return [
            f"{path}: {why}; the edit rests on imd's reading"
            for path, why in sorted(self.unsure.items())
        ]


def _read(plan: Plan, data: bytes, before: Text, name: str) -> SecondReading:
    own = load(name) if name else None
    if not implements(own, Rereads):
        return SecondReading()
    return own.second_reading(before, Text.decode(before.path, data), plan.spans(before))
