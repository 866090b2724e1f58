"""The command line in a repository of its own, in process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from immutable_delivery.cli.exits import run

DIGEST = "sha256:" + "0123456789abcdef" * 4

CLEAN = f'FROM debian:12.8@{DIGEST}\nCMD ["true"]\n'
FLOATING = 'FROM debian:latest\nCMD ["true"]\n'


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Repository:
    root: Path
    call: Callable[..., Result]

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.root / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def git(self, *args: str) -> None:
        identity = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "commit.gpgsign=false",
        ]
        subprocess.run(["git", *identity, *args], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "state")


@pytest.fixture
def repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Repository:
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "IMD_DEBUG",
        "PRE_COMMIT_FROM_REF",
        "PRE_COMMIT_TO_REF",
        "GITHUB_STEP_SUMMARY",
        "GITHUB_ACTIONS",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: str = "") -> Result:
        capfd.readouterr()
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin.encode())))
        code = run([str(argument) for argument in arguments])
        return Result(code, *capfd.readouterr())

    found = Repository(tmp_path, call)
    found.git("init", "-q")
    return found
