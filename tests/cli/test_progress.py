"""A person who waits is told how far it is; nobody else is."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from immutable_delivery.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_run_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    stream = Terminal()
    told = progress.Progress(stream)
    told(1, 8)
    told(4, 8)
    told.end()
    assert stream.getvalue().split("\r") == [
        "", "imd: reading, 12 %", "imd: reading, 50 %", " " * 18, "",
    ]  # fmt: skip


def test_a_short_run_tells_nothing() -> None:
    stream = Terminal()
    told = progress.Progress(stream)
    told(1, 2)
    told.end()
    assert not stream.getvalue()


def test_what_is_no_terminal_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_MOMENT", 0)
    stream = io.StringIO()
    told = progress.Progress(stream)
    told(1, 2)
    told.end()
    assert not stream.getvalue()


def test_the_report_stays_clean_of_it(tmp_path: Path) -> None:
    """On a real terminal, with a moment of no length."""
    for number in range(100):
        (tmp_path / f"{number}.Dockerfile").write_text("FROM debian\nRUN apt-get install -y curl\n")
    program = (
        "import sys; from immutable_delivery.cli import progress; progress._MOMENT = progress._PAUSE = 0;"
        "from immutable_delivery.cli.exits import run; sys.argv = ['imd', 'check', '--no-cache', '--output-format', 'concise']; run()"
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "imd: reading, 50 %" in told
    assert b"reading" not in done.stdout
