"""Groups of files read by several processes at once: past the size where that pays, and never with another result."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from immutable_delivery.context import ReadingSettings
from immutable_delivery.facts import Build
from immutable_delivery.reading import units
from immutable_delivery.reading.dependencies import Recorder, Trace
from immutable_delivery.reading.units import Reading, Unit
from immutable_delivery.records import Record
from immutable_delivery.source.files import Files

Task: TypeAlias = tuple[Unit, Sequence[Build]]
"""A group, and what manifests say of building it."""

Outcome: TypeAlias = tuple[Reading, Trace]
"""What a group says, and what reading it asked of the repository."""

PAYS = 250
"""So many milliseconds of work, about, are worth the start of further processes."""

_MOST = 61
"""Windows waits for no more processes at once."""

_BATCHES = 8
"""Batches for each process: few enough to cost nothing, many enough to end at the same time."""


class Site(Record):
    """What every process needs to know."""

    files: Files
    settings: ReadingSettings
    tasks: Sequence[Task]
    traced: bool = False
    """Whether somebody wants to know what reading asks of the repository."""


def processes() -> int:
    """Return how many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def context() -> str:
    """Return how processes are started: as copies of this one where that is safe."""
    return "fork" if sys.platform == "linux" else "spawn"


def outcomes(site: Site, costs: Sequence[float], most: int) -> Iterator[Outcome]:
    """Yield the outcome of every task, in their order; ``costs`` are about milliseconds."""
    if most < 2 or len(costs) < 2 or sum(costs) < PAYS:  # noqa: PLR2004 (one is enough)
        yield from (perform(task, site) for task in site.tasks)
        return
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415 (they cost more than a small run)

    done = 0
    batches = _batches(costs, most * _BATCHES)
    try:
        with ProcessPoolExecutor(
            min(most, len(batches), _MOST), get_context(context()), _begin, (site,)
        ) as crew:
            for found in crew.map(_perform, batches):
                for said, trace in found:
                    yield units.decode(said) if isinstance(said, bytes) else said, trace
                    done += 1
    except (BrokenProcessPool, OSError, NotImplementedError):
        # the system ended one, for want of memory perhaps, or lets none start
        yield from (perform(task, site) for task in site.tasks[done:])


def perform(task: Task, site: Site) -> Outcome:
    """Read one group."""
    group, builds = task
    if not site.traced:
        return units.read(group, site.files, builds, site.settings), []
    recorder = Recorder(site.files)
    reading = units.read(group, recorder, builds, site.settings)
    return reading, recorder.trace


def _batches(costs: Sequence[float], most: int) -> list[tuple[int, int]]:
    """Cut the tasks into stretches that cost about the same."""
    share = sum(costs) / most
    found, start, held = [], 0, 0.0
    for index, cost in enumerate(costs):
        held += cost
        if held >= share:
            found.append((start, index + 1))
            start, held = index + 1, 0.0
    return found if start == len(costs) else [*found, (start, len(costs))]


_site: Site | None = None
"""What this process works on, where it is one of several."""


def _begin(site: Site) -> None:
    global _site  # noqa: PLW0603 (the only way to hand a process something once)
    _site = site
    from threading import Thread  # noqa: PLC0415 (as above)

    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End after the process that started this one: who is killed tells nobody."""
    from multiprocessing import parent_process  # noqa: PLC0415 (as above)

    parent = parent_process()
    while parent and os.getppid() == parent.pid:
        time.sleep(1)
    os._exit(1)


def _perform(batch: tuple[int, int]) -> list[tuple[bytes | Reading, Trace]]:
    if _site is None:
        raise AssertionError("a process works on something")
    found = (perform(task, _site) for task in _site.tasks[slice(*batch)])
    return [(units.encode(reading) or reading, trace) for reading, trace in found]
