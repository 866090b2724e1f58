"""What fitted its schema once is not validated again: an unchanged file costs no import of jsonschema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from immutable_delivery import validity
from immutable_delivery.reading.cache import store
from immutable_delivery.syntax.yaml.schema import Schema

_PROGRAM = """\
import sys
from immutable_delivery.cli.exits import run
try:
    run()
finally:
    print("jsonschema" in sys.modules, file=sys.stderr)
"""

Check = Callable[..., tuple[bool, str]]

DIGEST = "sha256:" + "a" * 64
FILES = {
    ".imd.yaml": "profile: strict\nbaseline: known.json\n",
    ".imd/policies/own/mine.yaml": """\
id: mine
name: No nginx
severity: note
drift: none
layer: fact
rules:
  - over: image
    deny: 'repository.endsWith("nginx")'
    message: no nginx
why: Why not.
remedy: Another.
""",
    "Dockerfile": "FROM debian\n",
    "delivery.yaml": "service: web\nstart: [web]\n",
    "imd.lock": json.dumps({"version": 1, "images": {"debian": {"digest": DIGEST}}}),
    "known.json": json.dumps({"version": 2, "findings": []}),
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def check(repository: Path, tmp_path: Path) -> Check:
    """Return how to check the repository: whether that imports jsonschema, and the report."""

    def call(*arguments: str, cache: Path = tmp_path / "cache") -> tuple[bool, str]:
        command = [sys.executable, "-c", _PROGRAM, "check", *arguments]
        env: Mapping[str, str] = {**os.environ, "IMD_CACHE_DIR": str(cache)}
        done = subprocess.run(
            command, cwd=repository, env=env, capture_output=True, text=True, check=False
        )
        assert done.stderr.endswith(("True\n", "False\n")), done.stderr
        return done.stderr.endswith("True\n"), done.stdout + done.stderr.rpartition("\n")[0]

    return call


def test_an_unchanged_repository_imports_no_validator(check: Check) -> None:
    first, second = check(), check()
    assert (first[0], second[0]) == (True, False)
    assert first[1].rpartition("\n")[0] == second[1].rpartition("\n")[0]


@pytest.mark.parametrize("path", [".imd.yaml", ".imd/policies/own/mine.yaml", "delivery.yaml"])
def test_a_comment_changes_nothing_and_a_value_does(
    check: Check, repository: Path, path: str
) -> None:
    check()
    file = repository / path
    file.write_text(file.read_text() + "# as before\n")
    assert not check()[0]
    file.write_text(
        file.read_text()
        .replace("strict", "default")
        .replace("web", "shop")
        .replace("no nginx", "no!")
    )
    assert check()[0]


def test_a_file_that_does_not_fit_is_told_every_time(check: Check, repository: Path) -> None:
    (repository / ".imd.yaml").write_text("profle: strict\n")
    assert [check()[0] for _ in range(2)] == [True, True]
    assert ".imd.yaml:1:1: unknown key `profle`: do you mean `profile`?" in check()[1]


def test_without_a_cache_nothing_is_left_and_nothing_is_missed(
    check: Check, tmp_path: Path
) -> None:
    assert check("--no-cache")[0]
    assert not (tmp_path / "cache").exists()
    (tmp_path / "file").write_text("")
    nowhere = [check(cache=tmp_path / "file" / "cache") for _ in range(2)]
    assert nowhere[0] == nowhere[1]
    assert nowhere[0][0]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder that marks are left in."""
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path / "memory"))
    token = validity.remembered.set(True)
    yield tmp_path / "memory"
    validity.remembered.reset(token)


def test_a_mark_is_of_one_schema_and_one_content(memory: Path) -> None:
    texts, numbers = Schema.of({"type": "string"}), Schema.of({"type": "integer"})
    assert texts.fits("1")
    assert len(list(memory.iterdir())) == 1
    assert not numbers.fits("1")
    assert not texts.fits(1)
    assert len(list(memory.iterdir())) == 1
    assert [path.stat().st_size for path in memory.iterdir()] == [0]


@pytest.mark.usefixtures("memory")
def test_marks_are_bounded_and_go_with_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validity, "MOST_MARKS", 3)
    schema = Schema.of({"type": "integer"})
    assert all(schema.fits(number) for number in range(5))
    assert len(list(validity.marks())) == 3
    store.clean()
    assert not list(validity.marks())
