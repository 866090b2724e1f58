"""What would else happen in silence: a configuration that is not read, a report over an input, a name that only looks like a Dockerfile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import CLEAN, FLOATING

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

STRICT = "fail-on: warning\n"
SERIES = 'FROM debian:12\nCMD ["true"]\n'


def test_the_other_ending_is_read(repository: Repository) -> None:
    repository.write(Dockerfile=SERIES, **{".imd.yml": STRICT})
    assert repository.call().code == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"imd.yaml": STRICT}, "imd.yaml: is not read: rename it to .imd.yaml, or name it with --config"),
        ({"imd.yml": STRICT}, "imd.yml: is not read: rename it"),
        ({".imd.yaml": STRICT, ".imd.yml": STRICT}, ".imd.yaml: .imd.yml is a configuration too"),
        ({".imd.yml": STRICT, "pyproject.toml": "[tool.imd]\n"}, ".imd.yml: pyproject.toml is"),
        ({"web/.imd.yaml": STRICT}, "web/.imd.yaml: only the configuration at the root is read: "),
        ({"web/.imd.yml": STRICT}, "`per-path: {web/**: …}` of the .imd.yaml at the root, or name"),
    ],
)  # fmt: skip
def test_a_configuration_that_is_not_read_ends_with_2(
    repository: Repository, files: dict[str, str], words: str
) -> None:
    repository.write(Dockerfile=CLEAN, **files)
    repository.commit()
    result = repository.call()
    assert (result.code, result.out) == (2, "")
    assert words in result.err, result.err
    for name in files:
        if not name.endswith(".toml"):
            assert repository.call("--config", name).code == 0
    assert repository.call("--no-config").code == 0


def test_configurations_of_other_repositories_are_left_alone(repository: Repository) -> None:
    elsewhere = ("vendor/x", "tests/fixtures/a", "examples/shop", "docs/samples")
    repository.write(Dockerfile=CLEAN, **{f"{folder}/.imd.yaml": STRICT for folder in elsewhere})
    repository.commit()
    assert repository.call().code == 0
    repository.write(**{"web/.imd.yaml": STRICT})  # nobody has added it yet
    assert repository.call().code == 0


def test_a_report_replaces_no_file_that_git_tracks_or_imd_judges(repository: Repository) -> None:
    repository.write(web__Dockerfile=FLOATING, **{"notes.txt": "mine\n"})
    repository.commit()
    repository.write(new__Dockerfile=FLOATING)
    for name, why in (
        ("web/Dockerfile", "git tracks it"),
        ("notes.txt", "git tracks it"),
        ("new/Dockerfile", "imd judges it"),
    ):
        before = (repository.root / name).read_text()
        for options in (["-f", f"sarif={name}"], ["-f", "json", "-o", name]):
            result = repository.call(*options)
            assert (result.code, f"{name}: {why}" in result.err) == (2, True), result.err
        assert (repository.root / name).read_text() == before
    for _ in range(2):  # a report of ours is replaced
        assert repository.call("-f", "sarif=out.sarif").code == 1


@pytest.mark.parametrize(
    "name",
    [
        "dockerfile_parse-2.0.1-py3-none-any.whl", "dockerfile-hadolint.jsonl", "dockerfile.lock", "Dockerfile.csv",
        "dockerfile-x.tar", "dockerfile_x.ndjson",
    ],
)  # fmt: skip
def test_what_only_begins_like_a_dockerfile_is_none(repository: Repository, name: str) -> None:
    repository.write(Dockerfile=CLEAN, **{name: '{"a": 1}\n'})
    assert repository.call().code == 0


def test_bytes_that_are_no_text_are_no_dockerfile_with_more_to_its_name(
    repository: Repository,
) -> None:
    repository.write(Dockerfile=CLEAN)
    (repository.root / "dockerfile-cache").write_bytes(b"PK\x03\x04\0\0\0\1")
    assert repository.call().code == 0
    (repository.root / "Dockerfile").write_bytes(b"FROM debian\0\n")
    assert repository.call().code == 1
    (repository.root / "Dockerfile").write_bytes(SERIES.encode("utf-16"))
    assert "unreadable" in repository.call().out


def test_a_missing_git_is_said(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write(Dockerfile=CLEAN)
    monkeypatch.setenv("PATH", str(repository.root))
    for options in (["--staged"], ["--since", "HEAD"]):
        result = repository.call("check", *options)
        assert result.code == 2
        assert "git is not installed" in result.err


def test_paths_in_two_repositories_are_said(tmp_path: Path) -> None:
    for name in ("one", "two"):
        subprocess.run(["git", "init", "-q", str(tmp_path / name)], check=True)
        (tmp_path / name / "Dockerfile").write_text(CLEAN)
    command = [sys.executable, "-m", "immutable_delivery", "check", "one", "two/Dockerfile"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "one and two/Dockerfile lie in two repositories" in done.stderr


def test_a_named_file_that_is_not_judged_is_said(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{"notes.txt": "x\n"}, docs__a="x\n")
    result = repository.call("notes.txt")
    assert result.code == 2
    assert "notes.txt: nothing here reads such a file" in result.err
    assert repository.call("notes.txt", "Dockerfile").code == 2
    assert repository.call("docs").code == 0
    repository.git("add", "-A")
    assert repository.call("check", "--staged", "notes.txt").code == 0


def test_a_repository_elsewhere_is_named(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write(app__Dockerfile=CLEAN)
    inner = repository.root / "app"
    subprocess.run(["git", "init", "-q", str(inner)], check=True)
    (repository.root / "web").mkdir()
    monkeypatch.chdir(repository.root / "web")
    said = repository.call("../app").out
    assert "Note: paths are relative to ../app, whose configuration counts\n" in said
    monkeypatch.chdir(inner)
    assert "relative" not in repository.call().out


def test_a_baseline_makes_its_folder(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    assert repository.call("baseline", "ci/known/base.json").code == 0
    assert repository.call("--baseline", "ci/known/base.json").code == 0


def test_what_a_sparse_checkout_leaves_out_is_judged(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, a__Dockerfile=FLOATING, b__Dockerfile=CLEAN)
    repository.commit()
    before = repository.call()
    repository.git("update-index", "--skip-worktree", "a/Dockerfile", "b/Dockerfile")
    for folder in ("a", "b"):
        (repository.root / folder / "Dockerfile").unlink()
    after = repository.call()
    assert (after.code, after.out) == (before.code, before.out) == (1, after.out)
    assert "a/Dockerfile" in after.out
