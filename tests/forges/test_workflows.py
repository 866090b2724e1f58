"""The ready-made jobs, with their own commands: one judges and stores, the other says what is stored."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML
from tests.forges.store import TOKEN
from tests.hooks.test_ci import HOOKS, SNIPPETS

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.forges.conftest import Forge

Serve = Callable[[str, str, str], "Forge"]

DIGEST = "sha256:" + "0123456789abcdef" * 4
COMPOSE = f"services:\n  a:\n    image: nginx:1.27\n  b:\n    image: nginx:1.27@{DIGEST}\n  c:\n    image: redis\n"


def _command(file: str) -> str:
    """Return what a workflow of GitHub runs of ours."""
    workflow = YAML(typ="safe", pure=True).load((SNIPPETS / file).read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    (line,) = [step["run"] for step in job["steps"] if "imd" in step.get("run", "")]
    return re.sub(r"^pipx run --spec \S+ imd", f"{sys.executable} -P -m immutable_delivery", line)


def _shell(command: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env={**os.environ, **environ}, check=False, capture_output=True, text=True
    )  # fmt: skip


@pytest.fixture
def fork(repository: Repository, serve: Serve, tmp_path: Path) -> tuple[Forge, dict[str, str]]:
    """Return a forge with the pull request of a fork, and the variables of the workflow that follows its run."""
    base = repository.commit({"README": "x\n", ".imd.yaml": "severity: {floating-tag: warning}\n"})
    head = repository.commit({"compose.yaml": COMPOSE, ".imd.yaml": "ignore: [floating-tag]\n"})
    forge = serve("github", base, head)
    run = {
        "head_sha": head,
        "head_branch": "topic",
        "head_repository": {"owner": {"login": "stranger"}},
        "pull_requests": [],
    }
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"workflow_run": run}))
    return forge, {
        "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": forge.api, "GITHUB_TOKEN": TOKEN,
        "IMD_INSECURE": urlsplit(forge.api).netloc,
    }  # fmt: skip


def test_fork_is_judged_without_permissions_and_commented_on_by_the_base(
    fork: tuple[Forge, dict[str, str]], repository: Repository, tmp_path: Path
) -> None:
    forge, variables = fork
    first = _shell(_command("github.yaml"), repository.root, BASE=forge.store.base)
    assert first.returncode == 0, first.stderr  # the base says that a floating tag is a warning
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (repository.root / "imd.json").rename(elsewhere / "imd.json")
    second = _shell(_command("github-review.yaml"), elsewhere, **variables)
    assert second.returncode == 0, second.stderr
    assert "warning: not all" not in second.stderr
    bodies = [one.comments[0].body for one in forge.store.conversations]
    assert len(bodies) == 2
    assert any("**warning** [floating-tag]" in body for body in bodies)
    assert any(f"    image: nginx:1.27@{DIGEST}\n" in body for body in bodies)
    assert forge.store.checks[-1]["conclusion"] == "success"
    assert TOKEN not in second.stdout + second.stderr


def test_run_for_a_commit_that_is_not_the_newest_says_nothing(
    fork: tuple[Forge, dict[str, str]], repository: Repository
) -> None:
    forge, variables = fork
    _shell(_command("github.yaml"), repository.root, BASE=forge.store.base)
    forge.store.push(repository.commit({"compose.yaml": "services: {}\n"}))
    done = _shell(_command("github-review.yaml"), repository.root, **variables)
    assert (done.returncode, "newest of no open pull request" in done.stderr) == (0, True)
    assert forge.store.changes == []


def test_action_reviews_a_stored_report_and_judges_without_one(
    fork: tuple[Forge, dict[str, str]], repository: Repository, tmp_path: Path
) -> None:
    forge, variables = fork
    script = f"bash {HOOKS}/github/review/review.sh"
    (tmp_path / "stored").mkdir()
    checked = _shell(f"bash {HOOKS}/github/check.sh", repository.root, PYTHON=sys.executable, RUNNER_TEMP=str(tmp_path / "stored"), GITHUB_OUTPUT=os.devnull, IMD_SINCE=forge.store.base, IMD_CONFIG_FROM=forge.store.base)  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    variables |= {"PYTHON": sys.executable, "RUNNER_TEMP": str(tmp_path)}
    done = _shell(
        script,
        tmp_path,
        **variables,
        REVIEW_REPORT=str(tmp_path / "stored"),
        REVIEW_COMMENTS="1",
        REVIEW_FAIL_ON="warning",
    )
    assert done.returncode == 0, done.stderr
    assert len(forge.store.conversations) == 1
    assert forge.store.checks[-1]["conclusion"] == "failure", (
        done.stdout,
        done.stderr,
        forge.store.checks,
    )
    done = _shell(script, repository.root, **variables)
    assert done.returncode == 0, done.stderr
    assert len(forge.store.conversations) == 2
    assert forge.store.checks[-1]["conclusion"] == "success"


@pytest.mark.parametrize(
    "text", ['"; touch pwned; "', "$(touch pwned)", "--api=https://evil.example"]
)
@pytest.mark.parametrize("name", ["REPORT", "PIN", "COMMENTS", "FAIL_ON"])
def test_inputs_of_the_review_are_never_shell(tmp_path: Path, name: str, text: str) -> None:
    variables = {"PYTHON": sys.executable, "RUNNER_TEMP": str(tmp_path), f"REVIEW_{name}": text}
    done = _shell(f"bash {HOOKS}/github/review/review.sh", tmp_path, **variables)
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "pwned").exists()


def test_component_of_gitlab_comments_and_reports(
    repository: Repository, serve: Serve, tmp_path: Path
) -> None:
    base = repository.commit({"README": "x\n"})
    forge = serve("gitlab", base, repository.commit({"compose.yaml": COMPOSE}))
    job: Any = YAML(typ="safe", pure=True).load((SNIPPETS / "gitlab.yaml").read_text("utf-8"))[
        "immutable-delivery"
    ]
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "imd").write_text(
        f'#!/bin/sh\nexec {sys.executable} -P -m immutable_delivery "$@"\n'
    )
    (programs / "imd").chmod(0o755)
    script = "\n".join(line for line in job["script"] if "pip install" not in line)
    variables = {
        **forge.variables(TOKEN),
        "IMD_INSECURE": urlsplit(forge.api).netloc,
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    done = _shell(script, repository.root, **variables)
    assert done.returncode == 1, done.stderr
    assert len(forge.store.conversations) == 2
    assert (
        "suggestion:-0+0"
        in forge.store.conversations[0].comments[0].body
        + forge.store.conversations[1].comments[0].body
    )
    assert len(json.loads((repository.root / "gl-code-quality-report.json").read_text())) == 2
    forge.store.conversations.clear()
    done = _shell(script, repository.root, **{**variables, "GITLAB_TOKEN": ""})
    assert (done.returncode, forge.store.conversations) == (1, [])


def test_workflow_of_gitea_comments_and_checks(repository: Repository, serve: Serve) -> None:
    base = repository.commit({"README": "x\n"})
    forge = serve("gitea", base, repository.commit({"compose.yaml": COMPOSE}))
    workflow = YAML(typ="safe", pure=True).load((SNIPPETS / "gitea.yaml").read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    review, check = [
        re.sub("^imd", f"{sys.executable} -P -m immutable_delivery", step["run"])
        for step in job["steps"]
        if step.get("run", "").startswith("imd")
    ]
    variables = {**forge.variables(TOKEN), "IMD_INSECURE": urlsplit(forge.api).netloc, "BASE": base}
    done = _shell(review, repository.root, **variables)
    assert done.returncode == 0, done.stderr
    assert len(forge.store.conversations) == 2
    assert forge.store.statuses[-1]["state"] == "failure"
    assert _shell(check, repository.root, **variables).returncode == 1
