"""The same input gives the same bytes: whatever the hash seed, the order of files, the processes and the cache."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
FORMATS = ("text", "json", "sarif")
COPIES = 8


def files() -> list[tuple[str, bytes]]:
    """Return the examples, several times over: enough for several processes and a memory."""
    found = [path for path in sorted(EXAMPLES.rglob("*")) if path.is_file()]
    return [
        (f"copy{number}/{path.relative_to(EXAMPLES)}", path.read_bytes())
        for number in range(COPIES)
        for path in found
    ]


def laid(root: Path, order: Sequence[tuple[str, bytes]]) -> Path:
    for path, data in order:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return root


def report(root: Path, name: str, *args: str, seed: str = "0") -> bytes:
    program = "from immutable_delivery.reading import workers; workers.PAYS = 0; from immutable_delivery.__main__ import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "check",
        "--output-format",
        name,
        "--today",
        "2026-01-01",
    ]
    env = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([*command, *args], cwd=root, env=env, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return laid(tmp_path / "root", files())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("jobs", ["1", "2", "5"])
def test_processes_and_hash_seeds_change_nothing(root: Path, name: str, jobs: str) -> None:
    plain = report(root, name, "--no-cache", "--jobs", "1")
    assert report(root, name, "--no-cache", "--jobs", jobs, seed=jobs) == plain


@pytest.mark.parametrize("name", FORMATS)
def test_warm_is_as_cold(root: Path, name: str) -> None:
    plain = report(root, name, "--no-cache")
    assert [report(root, name, seed=str(number)) for number in range(3)] == [plain] * 3


@pytest.mark.parametrize("name", FORMATS)
def test_the_order_of_files_changes_nothing(root: Path, tmp_path: Path, name: str) -> None:
    shuffled = files()
    random.Random(7).shuffle(shuffled)
    other = laid(tmp_path / "other" / "root", shuffled)
    assert report(other, name, "--no-cache") == report(root, name, "--no-cache")
