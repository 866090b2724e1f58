"""One repository of a fleet, judged by a process of its own: what hangs or breaks there is told, and nothing else is touched.

The function is what a scheduler sends to its workers: it takes and gives plain records.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from immutable_delivery.commands.fleet.repositories import Repository
from immutable_delivery.commands.report.overview import Overview
from immutable_delivery.records import Record

_SHOWN = 300
"""Characters of what a process says before it dies."""


class Options(Record, frozen=True, kw_only=True):
    """How every repository is judged."""

    profile: str = ""
    today: str = ""
    seconds: float = 600
    """What one may take, with fetching."""


class Outcome(Record, frozen=True, kw_only=True):
    """What became of a repository."""

    name: str
    overview: Overview | None = None
    failure: str = ""
    """Why there is none."""


def judge(repository: Repository, options: Options) -> bytes:
    """Return the outcome of a repository as JSON."""
    with TemporaryDirectory(prefix="imd-fleet-") as folder:
        outcome = _judged(repository, options, Path(folder))
    return msgspec.json.encode(outcome)


def _judged(repository: Repository, options: Options, work: Path) -> Outcome:
    try:
        folder = (
            _fetched(repository, options, work) if repository.remote else Path(repository.source)
        )
        return Outcome(name=repository.name, overview=_overview(folder, options, work))
    except subprocess.TimeoutExpired:
        failure = f"took more than {options.seconds:g} seconds"
    except subprocess.CalledProcessError as error:
        failure = _said(error.stderr) or f"ended with {error.returncode}"
    except OSError as error:
        failure = f"cannot be read: {error.strerror}"
    except msgspec.MsgspecError as error:
        failure = str(error)
    return Outcome(name=repository.name, failure=failure)


def _fetched(repository: Repository, options: Options, work: Path) -> Path:
    """Fetch the newest commit: no history, and only the blobs of that commit."""
    target = work / "repository"
    command = [
        "git",
        "clone",
        "--quiet",
        "--depth=1",
        "--filter=blob:none",
        "--no-tags",
        "--",
        repository.source,
        str(target),
    ]
    _run(command, work, options)
    return target


def _overview(folder: Path, options: Options, work: Path) -> Overview:
    written = work / "report.json"
    command = [
        sys.executable,
        "-m",
        "immutable_delivery",
        "report",
        "--format=json",
        f"--output={written}",
    ]
    command += [f"--profile={options.profile}"] if options.profile else []
    command += [f"--today={options.today}"] if options.today else []
    _run(command, folder, options)
    return msgspec.json.decode(written.read_bytes(), type=Overview)


def _run(command: list[str], folder: Path, options: Options) -> None:
    subprocess.run(  # noqa: S603 (ourselves, and the user's git)
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=options.seconds,
        stdin=subprocess.DEVNULL,
    )


def _said(error: bytes) -> str:
    """Return what a process says before it dies: git names the cause first, and then what came of it."""
    lines = map(str.strip, error.decode("utf-8", "replace").splitlines())
    told = "; ".join(line for line in lines if line and not line.startswith("warning:"))
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…"
