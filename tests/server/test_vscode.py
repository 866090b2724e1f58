"""The extension for VS Code: its types hold, it is packaged, and its client's part speaks with the real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.components import NEEDS, program

import immutable_delivery

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension with what it is built with."""
    folder = tmp_path_factory.mktemp("vscode") / "extension"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "out"))
    command = [program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"{NEEDS}the registry of npm ({done.stderr.strip().rpartition(chr(10))[2]})")
    return folder


def run(folder: Path, *words: str) -> str:
    server = json.dumps([sys.executable, "-m", "immutable_delivery", "server"])
    done = subprocess.run(
        [program("npm"), "run", "--silent", *words],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "IMD_SERVER": server},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_types_hold(built: Path) -> None:
    run(built, "types")


def test_it_speaks_with_the_real_server(built: Path) -> None:
    assert "# fail 0" in run(built, "test")


def test_it_is_packaged_with_nothing_else(built: Path) -> None:
    run(built, "package")
    with zipfile.ZipFile(built / "out" / "immutable-delivery.vsix") as archive:
        names = {name.lower() for name in archive.namelist() if name.startswith("extension/")}
    assert names == {
        "extension/package.json", "extension/readme.md", "extension/license.txt", "extension/out/extension.js",
    }  # fmt: skip


def test_it_has_the_version_of_the_server() -> None:
    assert (
        json.loads((EXTENSION / "package.json").read_text())["version"]
        == immutable_delivery.__version__
    )
