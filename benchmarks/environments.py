"""Each tool in an environment of its own below `.venvs/`, as a user would install it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_HOME = ROOT / ".venvs"


class MissingError(Exception):
    """A tool cannot be installed here; the message says why."""


def surroundings() -> dict[str, str]:
    """Return the environment that all tools run in: what this Python was told is not meant for them."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**mine, "NO_COLOR": "1"}


def product() -> Path:
    """Build the wheel of this checkout and install it; return its Python.

    An editable install would be another product: it imports from elsewhere, and may compile at each start.
    """
    with tempfile.TemporaryDirectory() as scratch:
        _pip("wheel", "--no-deps", "--wheel-dir", scratch, str(ROOT))
        (wheel,) = Path(scratch).glob("*.whl")
        python = _python("imd")
        _install("imd", str(wheel))
        _install("imd", "--force-reinstall", "--no-deps", str(wheel))
    return python


def from_pypi(package: str) -> Path:
    """Return the environment of a package from PyPI, installed where it is missing."""
    folder = _HOME / package
    if not _complete(folder):
        _python(package)
        _install(package, package)
        _mark(folder)
    return folder


def from_npm(package: str) -> Path:
    """Return the folder of a package from npm, installed where it is missing."""
    folder = _HOME / package
    if not _complete(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", package])
        _mark(folder)
    return folder


def _complete(folder: Path) -> bool:
    return (folder / "complete").exists()


def _mark(folder: Path) -> None:
    (folder / "complete").touch()


def _python(name: str) -> Path:
    folder = _HOME / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, symlinks=True)
    return python


def _install(name: str, *words: str) -> None:
    _pip("--python", str(_HOME / name), "install", "--compile", *words)


def _pip(*words: str) -> None:
    _run([sys.executable, "-m", "pip", *words])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, env=surroundings(), capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise MissingError(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise MissingError(last)
