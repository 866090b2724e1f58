"""Programs in Python and JavaScript that a container starts: what they start in literal words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

NODE = 'const { execSync } = require("child_process");\n'


def installs(folder: Path, name: str, text: str, start: str = "CMD") -> list[tuple[str, int]]:
    """Return where a program that a Dockerfile starts installs something."""
    program = "python3" if name.endswith(".py") else "node"
    instruction = (
        f'{start} ["{program}", "/{name}"]' if start == "CMD" else f"RUN {program} /{name}"
    )
    files = {"Dockerfile": f"FROM shop/base:1\nCOPY {name} /\n{instruction}\n", name: text}
    for path, content in files.items():
        (folder / path).write_text(content, encoding="utf-8")
    request = Request(select=("install-at-start",), today=date(2026, 11, 29))
    return [
        (one.place.file, files[one.place.file].count("\n", 0, one.place.span.start) + 1)
        for one in run(folder, request).report.findings
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.py", "import subprocess\nsubprocess.run(['pip', 'install', 'x'], check=True)\n"),
        ("run.py", "import subprocess as sp\nsp.check_call(('pip', 'install', 'x'))\n"),
        ("run.py", "from subprocess import Popen\nPopen(['npm', \"install\"])\n"),
        ("run.py", "import os, sys, subprocess\nsubprocess.run([sys.executable, '-m', 'pip', 'install', 'x'])\n"),
        ("run.py", "import os  # ä\nos.system('cd /srv && pip install x')\n"),
        ("run.js", f"{NODE}execSync('npm install');\n"),
        ("run.js", 'const cp = require("child_process");\ncp.spawn("npm", ["install"], {stdio: "inherit"});\n'),
        ("run.mjs", 'import { spawnSync } from "node:child_process";\nspawnSync("pip", ["install", `x`]);\n'),
    ],
)  # fmt: skip
def test_literal_commands_are_read(tmp_path: Path, name: str, text: str) -> None:
    assert installs(tmp_path, name, text) == [(name, 2)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.py", "import subprocess\nsubprocess.run(['pip', 'install', name])\n"),
        ("run.py", "import subprocess\nsubprocess.run(f'pip install {name}')\n"),
        ("run.py", "import subprocess\nprint('pip install x')\n"),
        ("run.py", "import subprocess\nlog.run('pip install x')\n"),
        ("run.py", "def run(x): ...\nrun('pip install x')\n"),
        ("run.py", "import subprocess\n# subprocess.run(['pip', 'install', 'x'])\n"),
        ("run.js", f"{NODE}/x/.exec('npm install');\n"),
        ("run.js", f"{NODE}execSync(`npm install ${{name}}`);\n"),
        ("run.js", f"{NODE}execSync();\n"),
    ],
)
def test_nothing_is_claimed_of_the_rest(tmp_path: Path, name: str, text: str) -> None:
    assert installs(tmp_path, name, text) == []


def test_a_build_that_runs_a_program_starts_nothing(tmp_path: Path) -> None:
    text = "import subprocess\nsubprocess.run(['pip', 'install', 'x'])\n"
    assert installs(tmp_path, "run.py", text, "RUN") == []
