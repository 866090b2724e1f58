"""Git as a person runs it, hooks and all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.conftest import Repository


class Done(NamedTuple):
    """How a program ended, and what it said on either stream."""

    code: int
    said: str

    def blocked(self, *words: str, code: int = 1) -> None:
        """Assert that a hook said no, and why."""
        assert self.code == code, self.said
        for word in words:
            assert word in self.said, self.said

    def passed(self) -> None:
        """Assert that nothing stood in the way."""
        assert self.code == 0, self.said


class Person:
    """Somebody who commits, merges and pushes in a folder, and reads what git says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *args: str) -> Done:
        """Run git with its hooks."""
        return self.run("git", "-c", "protocol.file.allow=always", *args)

    def imd(self, *args: str, told: str = "") -> Done:
        """Run imd, which reads ``told``."""
        return self.run(sys.executable, "-P", "-m", "immutable_delivery", *args, told=told)

    def run(self, *command: str, told: str = "") -> Done:
        """Run a program; what it says on either stream is one text."""
        done = subprocess.run(
            command, cwd=self.folder, input=told, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return Done(done.returncode, done.stdout)

    def commit(self, *args: str) -> Done:
        """Commit what is staged, if the hooks let it."""
        return self.git("commit", "--message", "Change", *args)

    def push(self, *args: str) -> Done:
        """Push to the origin, if the hooks let it."""
        return self.git("push", "origin", *(args or ("HEAD:refs/heads/main",)))


@pytest.fixture
def person(repository: Repository) -> Person:
    """Return the person whose repository it is."""
    repository.git("symbolic-ref", "HEAD", "refs/heads/main")
    return Person(repository.root)
