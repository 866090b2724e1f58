"""A hook judges two states: what it has read of the first serves the second, and nobody sees a difference."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Repository

EXAMPLES = Path(__file__).parents[3] / "examples"


def changed_tag(text: str, chance: random.Random) -> str:
    return text.replace(":", chance.choice([":latest-", ":1."]), 1)


def longer(text: str, _: random.Random) -> str:
    return f"{text}# more\n"


def shorter(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines)) : chance.randrange(len(lines)) + 1]
    return "".join(lines)


EDITS: list[Callable[[str, random.Random], str]] = [changed_tag, longer, shorter]


def edit(root: Path, chance: random.Random) -> None:
    """Change, delete and move some files."""
    paths = sorted(path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    for path in chance.sample(paths, 4):
        path.write_text(chance.choice(EDITS)(path.read_text("utf-8") or "a:\n", chance), "utf-8")
    gone, moved = chance.sample([path for path in paths if path.suffix != ".md"], 2)
    gone.unlink()
    moved.rename(moved.with_name(f"moved-{moved.name}"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_second_state_is_read_as_if_it_were_alone(tmp_path: Path, seed: int) -> None:
    repository = Repository(tmp_path / "repository")
    for name in ("one", "two"):  # enough to be remembered
        shutil.copytree(EXAMPLES, repository.root / name)
    repository.git("init", "--quiet")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "all")
    edit(repository.root, random.Random(seed))
    repository.git("add", "--all")

    def hook(*options: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "immutable_delivery", "check", "--staged", "--output-format", "json", *options],
            cwd=repository.root,
            env={**os.environ, "IMD_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    plain = hook("--no-cache")
    assert hook() == plain  # nothing is known before
    assert hook() == plain
    assert list((tmp_path / "cache").glob("*.imd"))
