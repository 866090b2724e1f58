"""Promotion is proved by git: what ran before, what is cut off, what was pushed over."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.findings import Finding
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.repository import history

if TYPE_CHECKING:
    from tests.conftest import Repository

FIRST, SECOND, THIRD = (f"sha256:{letter * 64}" for letter in "abc")
STAGING, PRODUCTION = (f"overlays/{name}/kustomization.yaml" for name in ("staging", "production"))
BASE = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
    "spec: {template: {spec: {containers: [{name: web, image: r.example/shop/web}]}}}\n",
}


def overlay(digest: str) -> str:
    return f"resources: [../../base]\nimages:\n- name: r.example/shop/web\n  digest: {digest}\n"


def drift(root: Path) -> list[Finding]:
    report = run(root, Request(today=date(2026, 11, 29))).report
    return [finding for finding in report.findings if finding.policy == "environment-drift"]


def ran(repository: Repository, *states: tuple[str, str]) -> None:
    """Commit what staging and production ran, one state after the other."""
    for number, (staging, production) in enumerate(states):
        files = {STAGING: overlay(staging), PRODUCTION: overlay(production), "n": f"{number}\n"}
        repository.commit({**BASE, **files})


def test_a_promotion_and_a_rollback_are_fine(repository: Repository) -> None:
    ran(repository, (FIRST, FIRST), (SECOND, FIRST), (SECOND, SECOND), (THIRD, SECOND))
    assert drift(repository.root) == []
    ran(repository, (THIRD, FIRST))
    assert drift(repository.root) == []


def test_what_no_environment_ran_is_drift(repository: Repository) -> None:
    ran(repository, (FIRST, FIRST), (FIRST, SECOND))
    (found,) = drift(repository.root)
    assert (found.severity, found.place.file) == ("error", PRODUCTION)
    repository.write({STAGING: overlay(SECOND)})
    assert drift(repository.root) == []


def test_in_a_shallow_clone_nobody_knows_and_the_note_says_what_to_write(
    repository: Repository, tmp_path: Path
) -> None:
    ran(repository, (FIRST, FIRST), (SECOND, FIRST), (THIRD, SECOND))
    assert drift(repository.root) == []
    clone = tmp_path / "shallow"
    url = repository.root.as_uri()
    subprocess.run(["git", "clone", "--quiet", "--depth=1", url, str(clone)], check=True)
    (found,) = drift(clone)
    assert found.severity == "note"
    assert "fetch-depth: 0" in found.message
    assert 'GIT_DEPTH: "0"' in found.message


def test_a_history_that_was_pushed_over_counts_as_far_as_it_is_there(
    repository: Repository,
) -> None:
    ran(repository, (FIRST, FIRST), (SECOND, FIRST))
    repository.git("checkout", "--quiet", "--orphan", "again")
    ran(repository, (THIRD, SECOND))
    (found,) = drift(repository.root)
    assert found.severity == "error"


def test_a_repository_without_commits_has_run_nothing(repository: Repository) -> None:
    repository.write({**BASE, STAGING: overlay(FIRST), PRODUCTION: overlay(SECOND)})
    (found,) = drift(repository.root)
    assert found.severity == "error"


def test_without_git_nobody_knows(tmp_path: Path) -> None:
    for path, text in {**BASE, STAGING: overlay(FIRST), PRODUCTION: overlay(SECOND)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (found,) = drift(tmp_path)
    assert (found.severity, "no git repository" in found.message) == ("note", True)


CONTRACT = """\
service: web
image: r.example/shop/web
start: [web]
environments:
- {{name: staging, digest: "{}"}}
- {{name: production, digest: "{}"}}
"""


def test_of_a_meta_file_the_environment_that_had_the_digest_counts(repository: Repository) -> None:
    repository.commit({"delivery.yaml": CONTRACT.format(FIRST, THIRD)})
    repository.commit({"delivery.yaml": CONTRACT.format(SECOND, FIRST)})
    assert drift(repository.root) == []
    repository.commit({"delivery.yaml": CONTRACT.format(FIRST, SECOND)})
    assert drift(repository.root) == []
    repository.commit({"delivery.yaml": CONTRACT.format(SECOND, "sha256:" + "d" * 64)})
    assert len(drift(repository.root)) == 1


def test_history_is_read_up_to_a_bound(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_COMMITS", 3)
    ran(repository, (FIRST, FIRST))
    for number in range(5):
        repository.commit({STAGING: overlay("sha256:" + str(number) * 64)})
    (found,) = drift(repository.root)
    assert (found.severity, "commits would have to be read" in found.message) == ("note", True)


@pytest.mark.slow
def test_ten_thousand_commits_are_read(repository: Repository) -> None:
    ran(repository, (FIRST, FIRST), (SECOND, FIRST))
    branch = repository.git("symbolic-ref", "HEAD").strip()
    commits = [f"reset {branch}\nfrom {branch}^0\n\n"] + [
        f"commit {branch}\ncommitter a <a@example.com> {1_800_000_000 + n} +0000\ndata 1\nx\n"
        f"M 644 inline {STAGING}\ndata <<E\n{overlay(f'sha256:{n:064x}')}E\n\n"
        for n in range(9_990)
    ]
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=repository.root, input="".join(commits), text=True, check=True
    )  # fmt: skip
    repository.git("reset", "--quiet", "--hard")
    assert drift(repository.root) == []
