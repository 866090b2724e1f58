"""The floor reads what it is given, and does not stumble over templates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FLOOR = Path(__file__).parents[2] / "benchmarks" / "floor.py"


@pytest.mark.parametrize("step", ["start", "read", "parse"])
@pytest.mark.parametrize("processes", [1, 3])
def test_it_ends_well(tmp_path: Path, step: str, processes: int) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN one \\\n && two\n")
    (tmp_path / "chart.yaml").write_text("{{ if .Values.on }}\na: [\n")
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    command = [sys.executable, str(FLOOR), step, str(tmp_path), str(processes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_file_that_cannot_be_read_in_another_process_is_no_result(tmp_path: Path) -> None:
    program = f"import runpy, sys, os; sys.argv[1:] = ['parse', {str(tmp_path)!r}, '2']; here = os.getpid()\n"
    program += "import builtins; real = open\n"
    program += "def refuse(*given):\n    if os.getpid() != here: raise OSError('gone')\n    return real(*given)\n"
    program += f"builtins.open = refuse; runpy.run_path({str(FLOOR)!r}, run_name='__main__')"
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("a: 1\n")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "a process failed" in done.stderr
