"""What was measured: as it lies in `results.json`."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Kind = Literal["file", "tree", "floor", "growth", "hook", "kind", "hostile"]
_BUSY = 0.1
"""From so much of each processor on that others compute, times say more of the machine than of what is measured."""


class Measured(Struct, kw_only=True, omit_defaults=True):
    """A command and its times."""

    tool: str
    files: int
    """How many it was given to read."""
    seconds: list[float] = []
    cpu: list[float] = []
    """Seconds that all of its processes computed: what a loaded machine changes least."""
    memory: int = 0
    """Bytes of the largest process that took part."""
    findings: int | None = None
    note: str = ""
    refused: bool = False

    @property
    def median(self) -> float | None:
        """The middle time, None where there is none."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def computed(self) -> float | None:
        """The middle of what it computed, None where nobody has looked."""
        return statistics.median(self.cpu) if self.cpu else None

    @property
    def spread(self) -> float | None:
        """By which part of the median its longest time is longer than its shortest."""
        return (max(self.seconds) - min(self.seconds)) / self.median if self.median else None


class Trial(Struct, kw_only=True):
    """Commands that were timed in turn; the others are compared with the first."""

    kind: Kind
    name: str
    rows: list[Measured]

    def ratio(self, row: Measured) -> float | None:
        """Return how many times as long as the first it took."""
        first = self.rows[0].median
        return row.median / first if row.median is not None and first else None


class Results(Struct, kw_only=True):
    """One run of the benchmarks."""

    date: str
    machine: str
    cores: int
    python: str
    runs: int
    versions: dict[str, str]
    inputs: dict[str, str] = {}
    """The commits of the repositories that were read."""
    remark: str = ""
    load: float = 0
    """How many processors others kept busy, at most, during a trial."""
    trials: list[Trial] = []

    @property
    def loaded(self) -> bool:
        """Whether something else ran beside it."""
        return self.load > self.cores * _BUSY


def cores() -> int:
    """Return how many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def begun(runs: int, versions: dict[str, str], remark: str) -> Results:
    """Return results that hold where and when they are made."""
    return Results(
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        machine=f"{platform.system()} {platform.machine()}",
        cores=cores(),
        python=platform.python_version(),
        runs=runs,
        versions=versions,
        remark=remark,
    )


def load(path: Path) -> Results:
    """Read results."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def save(path: Path, results: Results) -> None:
    """Write results."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")
