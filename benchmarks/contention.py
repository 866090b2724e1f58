"""What others compute while something is timed: then times say more of the machine than of what is measured."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.results import Results, Trial

_STAT = Path("/proc/stat")
_IDLE = slice(3, 5)
_SHARED = 8
"""user, nice, system, idle, iowait, irq, softirq and steal; guests are in the first two."""


def watched(trials: Iterable[Trial], results: Results) -> Iterator[Trial]:
    """Yield the trials; note in the results how many processors others kept busy at most during one."""
    began = _now()
    for trial in trials:
        ended = _now()
        results.load = max(results.load, others(began, ended))
        began = ended
        yield trial


def others(began: tuple[float, float, float], ended: tuple[float, float, float]) -> float:
    """Return how many processors others kept busy between two moments."""
    seconds, all_of_it, own = (after - before for before, after in zip(began, ended, strict=True))
    return round(max(all_of_it - own, 0.0) / seconds, 1) if seconds else 0.0


def waiting() -> float:
    """Return how many processes have waited to run in the last minute, where the system does not tell what computes."""
    return 0.0 if _STAT.exists() else round(os.getloadavg()[0], 1)


def _now() -> tuple[float, float, float]:
    """Return the time, what all processors have computed so far, and what we have, in seconds; it is the same where nobody tells."""
    own = sum(os.times()[:4])
    return time.monotonic(), busy(_STAT.read_text("ascii")) if _STAT.exists() else own, own


def busy(stat: str) -> float:
    """Return how many seconds all processors have computed, by the first line of /proc/stat."""
    fields = [int(field) for field in stat.split()[1 : 1 + _SHARED]]
    return (sum(fields) - sum(fields[_IDLE])) / os.sysconf("SC_CLK_TCK")
