"""Whole processes, timed in turn: a slow moment of the machine hits all of them."""

from __future__ import annotations

import os
import platform
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from msgspec import Struct

from benchmarks.environments import surroundings
from benchmarks.results import Measured

_UNIT = 1 if platform.system() == "Darwin" else 1024
"""What ru_maxrss counts in, in bytes."""


Before = Callable[[int], None]
"""Done before each run, untimed; it is told which."""


class Command(Struct, frozen=True, kw_only=True):
    """What is timed."""

    tool: str
    words: list[str]
    folder: Path
    files: int
    findings: str = ""
    environment: dict[str, str] = {}
    before: Before | None = None


class Sample(Struct):
    """One run."""

    seconds: float
    cpu: float
    memory: int
    code: int
    complaint: str
    findings: int | None


def interleaved(commands: Sequence[Command], runs: int, limit: float) -> list[Measured]:
    """Run A B C A B C …, the first round to warm up; what is not done in time is not run again."""
    rows = [Measured(tool=one.tool, files=one.files) for one in commands]
    for number in range(runs + 1):
        for command, row in zip(commands, rows, strict=True):
            if not row.refused:
                _note(row, timed(command, number, limit), number, limit)
    return rows


def _note(row: Measured, sample: Sample, number: int, limit: float) -> None:
    row.findings = sample.findings
    row.note, row.refused = judged(sample, limit)
    if number and not row.refused:
        row.seconds.append(round(sample.seconds, 4))
        row.cpu.append(round(sample.cpu, 4))
        row.memory = max(row.memory, sample.memory)


def judged(sample: Sample, limit: float) -> tuple[str, bool]:
    """Return what the table has to say of how a run ended, and whether it is no run at all.

    1 means findings; without any it is how a tool ends that was called wrongly or fell over, and that is quick.
    """
    if sample.code == -signal.SIGKILL:
        return (f"not done in {limit:g} s" if sample.seconds >= limit else "killed"), True
    if sample.code == 0 or (sample.code == 1 and sample.findings):
        return "", False
    said = f": {sample.complaint}" if sample.complaint else ""
    return f"ended with {sample.code}{said}", not sample.findings


def timed(command: Command, number: int, limit: float) -> Sample:
    """Run a command once."""
    if command.before:
        command.before(number)
    with tempfile.TemporaryFile("w+b") as out, tempfile.TemporaryFile("w+b") as err:
        began = time.perf_counter()
        status, usage = _waited(command, out, err, limit)
        seconds = time.perf_counter() - began
        code = os.waitstatus_to_exitcode(status)
        last = list(_lines(err))[-1:] if code else []
        return Sample(
            seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _UNIT, code, "".join(last)[:120],
            _count(command.findings, out),
        )  # fmt: skip


def _waited(
    command: Command, out: IO[bytes], err: IO[bytes], limit: float
) -> tuple[int, resource.struct_rusage]:
    """Return the exit status, and what the processes took that took part."""
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env={**surroundings(), **command.environment},
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        start_new_session=True,
    )
    end = threading.Timer(limit, _kill, (process.pid,))
    end.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:  # of its own session, it does not hear the person who interrupts
        _kill(process.pid)
        raise
    finally:
        end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return status, usage


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _count(pattern: str, out: IO[bytes]) -> int | None:
    if not pattern:
        return None
    found = [match for line in _lines(out) for match in re.findall(pattern, line)]
    grouped = re.compile(pattern).groups
    return sum(int(one.replace(",", "")) for one in found) if grouped else len(found)


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Yield the lines one by one: a child's memory is never counted below that of its parent."""
    stream.seek(0)
    for line in stream:
        if text := line.decode("utf-8", "replace").rstrip():
            yield text
