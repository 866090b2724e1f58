"""What several test modules need: a real git repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import coverage
import pytest
from hypothesis import HealthCheck, settings
from tests.components import Missing

# a busy machine is no fault; a continuous integration that fails by chance teaches people to run it again
_SLOW = [HealthCheck.too_slow]
settings.register_profile("here", suppress_health_check=_SLOW, deadline=None)
settings.register_profile("ci", suppress_health_check=_SLOW, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_configure(config: pytest.Config) -> None:
    """Count what is skipped because this machine lacks something."""
    config.pluginmanager.register(Missing())


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Save what was covered while there is time: xdist kills a worker that takes ten seconds to leave, and all of it is lost."""
    measured = coverage.Coverage.current()
    if measured is not None:
        measured.stop()
        measured.save()


_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Repository:
    """A folder under git, and what tests do to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *args: str, check: bool = True) -> str:
        """Run git in the repository as a person would."""
        command = [
            "git",
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
            *args,
        ]
        done = subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        assert not check or done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout)

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files below the root."""
        for path, data in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data.encode() if isinstance(data, str) else data)

    def add(self, files: Mapping[str, str | bytes]) -> None:
        """Write files and stage them."""
        self.write(files)
        self.git("add", "--", *files)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        """Write and commit files, else commit what is staged; return the commit."""
        if files:
            self.add(files)
        self.git("commit", "--quiet", "--no-verify", "--message", "Change", "--allow-empty")
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the person who runs the tests, and of a hook that does, out of them."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT_"))]:
        monkeypatch.delenv(name)
    for name, value in _IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep what the person remembers out of the tests, and the tests out of it."""
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path / ".cache"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty git repository."""
    root = tmp_path / "repository"
    root.mkdir()
    made = Repository(root)
    made.git("init", "--quiet")
    return made
