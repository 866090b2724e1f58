"""What `uv run` installs when a container starts: the cases of its manual, whole Dockerfiles at a time."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Install
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

PROJECT = '[project]\nname = "a"\n'
GROUPS = f'{PROJECT}[dependency-groups]\ndev = ["pytest"]\n'
BUILT = f'{PROJECT}[build-system]\nrequires = ["hatchling"]\n'


def fetches(lines: str, project: str | None = PROJECT, base: str = "python:3.12.7") -> bool | None:
    files = {"Dockerfile": f"FROM {base}\nWORKDIR /app\n{lines}\n", "a.py": "print(1)\n"}
    if project is not None:
        files |= {"pyproject.toml": project, "uv.lock": "version = 1\n"}
    source = MemoryFiles(files)
    found = read(source, lambda _path: "")
    facts = link(found.facts, found.builds, source, NONE)
    runs = [one for one in facts if isinstance(one, Install) and one.action == "run"]
    return runs[-1].fetches if runs else False


@pytest.mark.parametrize(
    ("lines", "project", "expected"),
    [
        ("COPY . .\nCMD uv run a.py", PROJECT, True),
        ("COPY . .\nCMD uv run --frozen a.py", PROJECT, True),
        ("COPY . .\nCMD uv run --no-sync a.py", PROJECT, False),
        ("COPY . .\nENV UV_NO_SYNC=1\nCMD uv run a.py", PROJECT, False),
        ("COPY . .\nRUN uv sync --frozen\nCMD uv run a.py", GROUPS, False),
        ("COPY . .\nRUN uv sync --no-dev\nCMD uv run a.py", PROJECT, False),
        ("COPY . .\nRUN uv sync --no-dev\nCMD uv run a.py", GROUPS, True),
        ("COPY . .\nRUN uv sync --no-dev\nCMD uv run --no-dev a.py", GROUPS, False),
        ("COPY . .\nENV UV_NO_DEV=1\nRUN uv sync\nCMD uv run a.py", GROUPS, False),
        ("COPY . .\nRUN uv sync --no-dev && uv sync\nCMD uv run a.py", GROUPS, False),
        ("COPY . .\nRUN uv sync --no-install-project\nCMD uv run a.py", BUILT, True),
        ("COPY . .\nRUN uv sync --no-install-project\nCMD uv run a.py", PROJECT, False),
        ("COPY . .\nRUN uv sync --no-install-project\nRUN uv sync\nCMD uv run a.py", BUILT, False),
        ("COPY . .\nRUN uv pip install --system x==1\nCMD uv run a.py", GROUPS, False),
        ("COPY a.py .\nCMD uv run a.py", None, False),
        ("COPY . .\nRUN uv sync --no-dev\nCMD uv run a.py", f"{GROUPS}[tool.uv]\ndefault-groups = []\n", False),
        ("COPY . .\nRUN uv sync --no-dev\nCMD uv run a.py", "[broken", False),
    ],
)  # fmt: skip
def test_what_the_build_left_out_comes_at_start(
    lines: str, project: str | None, expected: bool
) -> None:
    assert fetches(lines, project) is expected


def test_a_base_may_hold_a_project() -> None:
    assert fetches("CMD uv run a.py", None, "shop/base:1.2.3") is True
    assert fetches("CMD uv run --no-sync a.py", None, "shop/base:1.2.3") is False
    assert fetches("CMD uv run a.py", None, "ghcr.io/astral-sh/uv:0.5") is False
