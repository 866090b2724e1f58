"""Figures say when something else computed beside what was timed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.results import Trial, begun

from benchmarks import contention

BUSY = "import time; end = time.monotonic() + 30\nwhile time.monotonic() < end: pass"


def test_what_we_compute_ourselves_is_nobody_elses() -> None:
    assert contention.others((0.0, 100.0, 3.0), (10.0, 125.0, 8.0)) == 2.0
    assert contention.others((0.0, 100.0, 3.0), (10.0, 104.9, 8.0)) == 0.0
    assert contention.others((5.0, 1.0, 1.0), (5.0, 1.0, 1.0)) == 0.0


def test_idle_processors_compute_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda _: 100)
    assert contention.busy("cpu  100 20 30 9999 777 4 5 6 50 60\ncpu0 1 2\n") == 1.65


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="the system does not tell")
def test_a_loaded_machine_is_noted() -> None:
    results = begun(1, {}, "")

    def trials() -> Iterator[Trial]:
        with subprocess.Popen([sys.executable, "-c", BUSY]) as other:
            time.sleep(1)
            yield Trial(kind="file", name="shop", rows=[])
            other.kill()

    assert [one.name for one in contention.watched(trials(), results)] == ["shop"]
    assert results.load > 0.2
