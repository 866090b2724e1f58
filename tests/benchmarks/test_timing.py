"""Commands run in turn, and what a table says of them is so."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing import Command, interleaved
from msgspec.structs import replace


def command(folder: Path, program: str, tool: str = "tool", findings: str = "") -> Command:
    words = [sys.executable, "-c", program]
    return Command(tool=tool, words=words, folder=folder, files=1, findings=findings)


def test_commands_run_in_turn_and_the_first_round_does_not_count(tmp_path: Path) -> None:
    commands = [command(tmp_path, f"open('log', 'a').write('{name}')") for name in "ABC"]
    rows = interleaved(commands, 2, 60)
    assert (tmp_path / "log").read_text() == "ABC" * 3
    assert [len(row.seconds) for row in rows] == [2, 2, 2]


def test_what_is_done_before_each_run_is_told_which_it_is(tmp_path: Path) -> None:
    seen: list[int] = []
    one = replace(command(tmp_path, ""), before=seen.append)
    interleaved([one], 2, 60)
    assert seen == [0, 1, 2]


def test_memory_is_that_of_the_largest_process(tmp_path: Path) -> None:
    inner = "held = bytearray(600_000_000)"  # far more than the process that runs these tests
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    small, large = interleaved([command(tmp_path, ""), command(tmp_path, nested)], 1, 60)
    assert small.memory < 600_000_000 < large.memory < 800_000_000


def test_findings_are_counted_or_added_up(tmp_path: Path) -> None:
    program = "print('a: 1,200 problems\\nb: 34 problems\\nc: none')"
    added = command(tmp_path, program, findings=r"([\d,]+) problems")
    counted = command(tmp_path, program, findings=r"^\w: \d")
    assert [row.findings for row in interleaved([added, counted], 1, 60)] == [1234, 2]


def test_what_takes_too_long_is_stopped_with_its_children_and_not_run_again(tmp_path: Path) -> None:
    slow = "import subprocess; open('log', 'a').write('x'); subprocess.run(['sleep', '60'])"
    (row,) = interleaved([command(tmp_path, slow)], 3, 0.5)
    assert (tmp_path / "log").read_text() == "x"
    assert (row.seconds, row.refused, row.note) == ([], True, "not done in 0.5 s")


def test_a_tool_that_refuses_is_quoted(tmp_path: Path) -> None:
    program = "import sys; print('one\\nno such option', file=sys.stderr); sys.exit(2)"
    (row,) = interleaved([command(tmp_path, program)], 1, 60)
    assert row.refused
    assert row.note == "ended with 2: no such option"


def test_a_tool_that_falls_over_is_not_taken_for_a_quick_one(tmp_path: Path) -> None:
    fallen = command(tmp_path, "raise SystemError('no checks')", findings=" X$")
    found = command(tmp_path, "import sys; print('a:1 X'); sys.exit(1)", findings=" X$")
    first, second = interleaved([fallen, found], 1, 60)
    assert (first.seconds, first.note) == ([], "ended with 1: SystemError: no checks")
    assert (len(second.seconds), second.note) == (1, "")


def test_a_tool_that_fails_later_is_not_timed_any_more(tmp_path: Path) -> None:
    program = "import pathlib, sys; there = pathlib.Path('log'); n = len(there.read_text()) if there.exists() else 0\n"
    program += "there.write_text('x' * (n + 1)); sys.exit(3 * (n > 1))"
    (row,) = interleaved([command(tmp_path, program)], 5, 60)
    assert (tmp_path / "log").read_text() == "xxx"
    assert (len(row.seconds), row.note) == (1, "ended with 3")


def test_a_tool_that_found_something_and_then_complains_is_timed(tmp_path: Path) -> None:
    program = "import sys; print('a:1 X'); sys.exit(2)"
    (row,) = interleaved([command(tmp_path, program, findings=" X$")], 1, 60)
    assert (len(row.seconds), row.findings, row.note) == (1, 1, "ended with 2")


def test_what_all_processes_compute_is_counted(tmp_path: Path) -> None:
    work = "import time\nwhile time.process_time() < 0.3: pass"
    inner = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"
    idle, busy = interleaved(
        [command(tmp_path, "import time; time.sleep(0.3)"), command(tmp_path, inner)], 1, 60
    )
    assert (idle.computed or 0) < 0.3 <= (busy.computed or 0)
