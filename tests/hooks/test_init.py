"""`imd init` in real repositories: what it sees, what it writes, and that a gate stands afterwards."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.hooks.conftest import Person

pytestmark = pytest.mark.slow

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f'FROM debian:12.8@{DIGEST}\nCMD ["/app/run"]\n'
BAD = 'FROM debian:latest\nCMD ["/app/run"]\n'
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/web:latest
          command: [/app/run]
"""


def _files(person: Person) -> set[str]:
    return set(person.git("ls-files", "--others").said.split())


def test_from_nothing_to_a_gate(repository: Repository, person: Person) -> None:
    repository.commit({"Dockerfile": BAD, ".github/CODEOWNERS": ""})
    done = person.imd("init", "--yes")
    done.passed()
    assert _files(person) == {
        ".imd.yaml",
        ".imd-baseline.json",
        ".github/workflows/immutable-delivery.yaml",
        ".github/workflows/immutable-delivery-review.yaml",
    }
    person.imd("check").passed()  # what was found is known
    person.git("add", "--all").passed()
    person.commit().passed()
    repository.add({"api/Dockerfile": BAD})
    person.commit().blocked("api/Dockerfile", "floating-tag")


def test_it_shows_services_environments_and_what_tells_them(
    repository: Repository, person: Person
) -> None:
    repository.commit(
        {
            "deploy/base/web.yaml": DEPLOYMENT,
            "deploy/base/kustomization.yaml": "resources: [web.yaml]\n",
            "deploy/overlays/production/kustomization.yaml": "resources: [../../base]\n",
        }
    )
    done = person.imd("init", "--dry-run")
    done.passed()
    for words in (
        "Services: 1\n  web: convergent in production (deploy/base/web.yaml)",
        "Environments: 1\n  production: ",
        "Found: ",
    ):
        assert words in done.said, done.said
    assert _files(person) == set()


def test_dry_run_shows_every_text_and_writes_nothing(
    repository: Repository, person: Person
) -> None:
    repository.commit(
        {
            "Dockerfile": BAD,
            ".hadolint.yaml": "ignored: [DL3008, DL3059]\n",
            ".gitlab-ci.yml": "a: {script: [b]}\n",
        }
    )
    done = person.imd("init", "--dry-run", "--yes")
    done.passed()
    for words in (
        "- unpinned-os-package # DL3008", "DL3059: no policy of imd means the same", "baseline: .imd-baseline.json",
        ".gitlab-ci.yml: is there already; for GitLab CI add what follows", "codequality: gl-code-quality-report.json",
    ):  # fmt: skip
        assert words in done.said, done.said
    assert _files(person) == set()
    assert not (repository.root / ".git/hooks/pre-commit").exists()


def test_without_a_terminal_it_asks_nothing_and_writes_with_yes_alone(
    repository: Repository, person: Person
) -> None:
    repository.commit({"Dockerfile": BAD})
    done = person.imd("init")
    done.passed()
    assert done.said.endswith("Nothing is written: --yes writes it.\n")
    assert _files(person) == set()


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("n\n", False)])
def test_at_a_terminal_it_asks_once(
    repository: Repository, person: Person, answer: str, *, written: bool
) -> None:
    repository.commit({"Dockerfile": BAD})
    ours, theirs = pty.openpty()
    command = [sys.executable, "-P", "-m", "immutable_delivery", "init", "--only", "config"]
    with subprocess.Popen(
        command, cwd=person.folder, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.write(ours, answer.encode())
        assert process.wait(60) == 0
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    assert said.count("Write it?") == 1
    assert _files(person) == ({".imd.yaml"} if written else set())


def test_what_is_there_is_kept(repository: Repository, person: Person) -> None:
    mine = {
        ".imd.yaml": "profile: strict\n",
        ".imd-baseline.json": '{"version": 2, "findings": []}\n',
        ".github/workflows/immutable-delivery.yaml": "on: push\n",
        ".github/workflows/immutable-delivery-review.yaml": "on: push\n",
        "Dockerfile": BAD,
    }
    repository.commit(mine)
    hook = repository.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")
    done = person.imd("init", "--yes")
    done.passed()
    assert "Nothing to write." in done.said
    assert "pre-commit is there already; --chain" in done.said
    assert hook.read_text() == "#!/bin/sh\n"
    for path, text in mine.items():
        assert (repository.root / path).read_text() == text


def test_second_time_there_is_nothing_to_do(repository: Repository, person: Person) -> None:
    repository.commit({"Dockerfile": BAD, ".github/CODEOWNERS": ""})
    person.imd("init", "--yes").passed()
    done = person.imd("init", "--yes")
    assert "Nothing to write." in done.said
    assert "Left to you" not in done.said
    assert "written" not in done.said


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".pre-commit-config.yaml", "- id: imd"),
        ("prek.toml", 'hooks = [{ id = "imd" }]'),
        ("lefthook.yml", "run: imd hook staged"),
        (".husky/pre-commit", "imd hook staged"),
    ],
)
def test_managers_of_hooks_are_told_and_not_touched(
    repository: Repository, person: Person, file: str, text: str
) -> None:
    repository.commit({"Dockerfile": GOOD, file: "# nothing\n"})
    done = person.imd("init", "--yes", "--only", "hooks")
    assert text in done.said
    assert not (repository.root / ".git/hooks/pre-commit").exists()
    repository.commit({file: f"# {text}\n"})
    assert "Left to you" not in person.imd("init", "--only", "hooks").said


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("git@github.com:team/shop.git", ".github/workflows/immutable-delivery.yaml"),
        ("https://gitlab.example.com/team/shop.git", ".gitlab-ci.yml"),
        ("https://bitbucket.org/team/shop.git", "bitbucket-pipelines.yml"),
        ("https://codeberg.org/team/shop.git", ".forgejo/workflows/immutable-delivery.yaml"),
        ("https://gitea.example.com/team/shop.git", ".gitea/workflows/immutable-delivery.yaml"),
        ("https://git.example.com/team/shop.git", ""),
    ],
)
def test_host_of_the_origin_tells_the_ci(
    repository: Repository, person: Person, url: str, file: str
) -> None:
    repository.commit({"Dockerfile": GOOD})
    repository.git("remote", "add", "origin", url)
    done = person.imd("init", "--yes", "--only", "ci")
    done.passed()
    assert ("none is recognised" in done.said) != bool(file)
    more = {".github/workflows/immutable-delivery-review.yaml"} if "github" in url else set()
    assert _files(person) == ({file, *more} if file else set())


def test_what_pyproject_may_take_over_is_said_to_be_yaml(
    repository: Repository, person: Person
) -> None:
    repository.commit(
        {
            "Dockerfile": BAD,
            "pyproject.toml": '[tool.imd]\nprofile = "strict"\n',
            ".hadolint.yaml": "ignored: [DL3008]\n",
        }
    )
    done = person.imd("init", "--dry-run")
    assert "pyproject.toml: is there already; this is what it may take over, in YAML" in done.said
    assert "as TOML under [tool.imd]" in done.said


def test_link_is_not_written_through(
    repository: Repository, person: Person, tmp_path: Path
) -> None:
    repository.commit({"Dockerfile": GOOD})
    (repository.root / ".imd.yaml").symlink_to(tmp_path / "outside")
    person.imd("init", "--yes", "--only", "config")
    assert not (tmp_path / "outside").exists()


def test_without_git_there_are_no_hooks(person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "Dockerfile").write_text(BAD)
    type(person)(folder).imd("init", "--yes").passed()
    assert {path.name for path in folder.iterdir()} == {
        "Dockerfile",
        ".imd.yaml",
        ".imd-baseline.json",
    }


def test_broken_configuration_is_told(repository: Repository, person: Person) -> None:
    repository.commit({".imd.yaml": "no-such-key: 1\n"})
    person.imd("init").blocked("no-such-key", code=2)


def test_other_linters_are_named_with_what_they_stay_for(
    repository: Repository, person: Person
) -> None:
    hooks = "repos:\n- repo: https://github.com/hadolint/hadolint\n  rev: v2.15.1\n  hooks: [{id: hadolint}]\n"
    repository.commit(
        {"Dockerfile": "FROM debian:latest\nCMD true\n", ".pre-commit-config.yaml": hooks}
    )
    said = person.imd("init", "--dry-run").said
    assert (
        ".pre-commit-config.yaml: runs hadolint: 24 of its rules are policies here and may go"
        in said
    )
    assert "keep it for ShellCheck" in said
    assert "BuildKit" not in said
