"""GitHub's job summary, which `--output-format github` adds to where GitHub names a file for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

FILES = {f"d{number:02}__Dockerfile": "FROM debian:latest\n" for number in range(15)}
MOST = 1024 * 1024


@pytest.fixture
def summary(repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    repository.write(**FILES)
    path = tmp_path.parent / f"{tmp_path.name}-summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def floating(text: str) -> int:
    return text.count("[floating-tag]")


def test_what_is_not_annotated_is_in_the_log_and_everything_in_the_summary(
    repository: Repository, summary: Path
) -> None:
    summary.write_text("# what an earlier command said\n\n", encoding="utf-8")
    log = repository.call("--output-format", "github", "--select", "floating-tag").out
    assert log.count("::error file=d") == 10
    assert log.count(" error floating-tag ") == 5
    text = summary.read_text("utf-8")
    assert text.startswith("# what an earlier command said\n\n## imd: 15 errors\n")
    assert floating(text) == 15


def test_a_summary_keeps_to_what_github_takes(repository: Repository, summary: Path) -> None:
    summary.write_bytes(b"x" * (MOST - 5_000) + b"\n\n")
    repository.call("--output-format", "github", "--select", "floating-tag")
    text = summary.read_text("utf-8")
    assert len(text.encode()) <= MOST
    assert 0 < floating(text) < 15
    assert re.search(
        rf"^{15 - floating(text)} findings? more, none of them worse", text, re.MULTILINE
    )


def test_a_full_summary_is_left_as_it_is(repository: Repository, summary: Path) -> None:
    summary.write_bytes(b"x" * (MOST - 10))
    result = repository.call("--output-format", "github", "--fail-on", "error")
    assert (result.code, result.err) == (
        1,
        "imd: note: the job summary of this step is full; the log has every finding\n",
    )
    assert summary.stat().st_size == MOST - 10


def test_other_formats_add_nothing(repository: Repository, summary: Path) -> None:
    repository.call("--output-format", "text", "--output-format", "markdown=report.md")
    assert not summary.exists()


def test_a_summary_that_cannot_be_written_is_said_and_decides_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.write(**FILES)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary.md"))
    result = repository.call("--output-format", "github", "--exit-zero")
    assert result.code == 0
    assert "cannot be written" in result.err
