"""The hooks as a team has them: real pre-commit and prek, a clone of this repository, real commits and pushes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.components import package_index

if TYPE_CHECKING:
    from tests.conftest import Repository

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
DELIVERED = (
    "linter",
    "hooks",
    "policies",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f'FROM debian:12.8@{DIGEST}\nWORKDIR /app\nCMD ["/app/run"]\n'
WARNED = 'FROM debian:12\nWORKDIR /app\nCMD ["/app/run"]\n'
BAD = 'FROM debian:latest\nWORKDIR /app\nCMD ["/app/run"]\n'


def _git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *args]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a repository made of this checkout, and its commit."""
    folder = tmp_path_factory.mktemp("hook")
    for name in DELIVERED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "Release")
    return folder, _git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which each tool installs the hook once."""
    return tmp_path_factory.mktemp("cache")


class Team:
    """A repository whose commits and pushes a tool guards."""

    def __init__(self, repository: Repository, tool: str, hook: tuple[Path, str]) -> None:
        self.repository = repository
        self.tool = tool
        self.hook = hook

    def guard(self, hook: str, *keys: str) -> None:
        """Install a hook, with further keys of its configuration, and commit that."""
        folder, commit = self.hook
        config = (
            f"repos:\n- repo: {folder}\n  rev: {commit}\n  hooks:\n  - id: {hook}\n"
        ) + "".join(f"    {key}\n" for key in keys)
        self.repository.commit({".pre-commit-config.yaml": config})
        for kind in ("pre-commit", "pre-merge-commit", "pre-push"):
            _passed(self.call("install", "--hook-type", kind))

    def call(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run the tool itself."""
        return self.run(str(Path(sys.executable).with_name(self.tool)), *args)

    def commit(self) -> subprocess.CompletedProcess[str]:
        """Commit what is staged, if the hook lets it."""
        return self.run("git", "commit", "--message", "Change")

    def push(self) -> subprocess.CompletedProcess[str]:
        """Push to the remote, if the hook lets it."""
        return self.run("git", "push", "origin", "HEAD:main")

    def merge(self, branch: str) -> subprocess.CompletedProcess[str]:
        """Merge a branch, if the hook lets it."""
        return self.run("git", "merge", "--no-ff", "--no-edit", branch)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program; what it says on either stream is one text."""
        return subprocess.run(
            command, cwd=self.repository.root, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


@pytest.fixture(params=["pre-commit", "prek"])
def team(
    request: pytest.FixtureRequest,
    repository: Repository,
    clone: tuple[Path, str],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Team:
    package_index()
    monkeypatch.setenv("PRE_COMMIT_HOME", str(cache / "pre-commit"))
    monkeypatch.setenv("PREK_HOME", str(cache / "prek"))
    monkeypatch.setenv("PRE_COMMIT_COLOR", "never")
    for name in ("PYTHONPATH", "PIP_REQUIRE_VIRTUALENV", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)
    repository.git("symbolic-ref", "HEAD", "refs/heads/main")
    return Team(repository, request.param, clone)


def _blocked(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stdout
    for word in words:
        assert word in done.stdout


def _passed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout


def test_bad_commit_is_blocked_and_a_good_one_passes(team: Team) -> None:
    team.guard("imd")
    team.repository.add({"Dockerfile": BAD})
    _blocked(team.commit(), "Dockerfile", "floating-tag")
    team.repository.add({"Dockerfile": GOOD})
    _passed(team.commit())


def test_only_what_the_commit_brings_is_reported(team: Team) -> None:
    team.repository.commit({"Dockerfile": BAD})
    team.guard("imd")
    team.repository.add({"web/Dockerfile": GOOD})
    _passed(team.commit())


def test_partial_staging_is_judged_as_staged(team: Team) -> None:
    team.guard("imd")
    team.repository.add({"Dockerfile": BAD})
    team.repository.write({"Dockerfile": GOOD})
    _blocked(team.commit(), "floating-tag")
    team.repository.add({"Dockerfile": GOOD})
    team.repository.write({"Dockerfile": BAD, "untracked/Dockerfile": BAD})
    _passed(team.commit())
    assert (team.repository.root / "Dockerfile").read_text() == BAD


def test_named_file_is_committed_without_the_rest_of_the_index(team: Team) -> None:
    """``git commit FILE`` gives the hook an index of its own."""
    team.guard("imd")
    team.repository.commit({"a/Dockerfile": GOOD, "b/Dockerfile": GOOD})
    team.repository.add({"a/Dockerfile": BAD})
    team.repository.write({"b/Dockerfile": f"{GOOD}# a comment\n"})
    done = team.run("git", "commit", "--message", "Change", "b/Dockerfile")
    _passed(done)


OWN_POLICY = """\
id: context-without-limits
name: Whole context without a .dockerignore
severity: error
drift: convergent
layer: application
rules:
  - over: copy
    deny: whole_context && ignore_file == ""
    at: [sources]
    message: "everything that lies in the folder gets into the image"
why: What nobody meant to ship is shipped.
remedy: Write a .dockerignore.
references: [https://docs.docker.com/build/concepts/context/]
examples:
  - bad: {Dockerfile: "FROM scratch\\nCOPY «.» .\\n"}
"""


def test_deleted_dockerignore_is_noticed_in_the_dockerfile(team: Team) -> None:
    team.repository.commit(
        {
            "Dockerfile": GOOD.replace("CMD", "COPY . .\nCMD"),
            ".dockerignore": ".git\n.env\nnode_modules\n",
            ".imd/policies/own/context-without-limits.yaml": OWN_POLICY,
        }
    )
    team.guard("imd")
    team.repository.git("rm", "--quiet", ".dockerignore")
    _blocked(team.commit(), "Dockerfile", "context-without-limits")


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
OVERLAY = """\
resources: [../../base]
images:
  - name: registry.example.com/web
    digest: {digest}
"""


def test_digest_taken_out_of_an_overlay_is_noticed_in_the_base(team: Team) -> None:
    team.repository.commit(
        {
            "base/deployment.yaml": DEPLOYMENT,
            "base/kustomization.yaml": "resources: [deployment.yaml]\n",
            "overlays/production/kustomization.yaml": OVERLAY.format(digest=DIGEST),
        }
    )
    team.guard("imd")
    team.repository.add({"overlays/production/kustomization.yaml": "resources: [../../base]\n"})
    _blocked(team.commit(), "base/deployment.yaml", "floating-tag")


def test_deleted_overlay_patch_is_noticed_in_the_base(team: Team) -> None:
    patch = DEPLOYMENT.replace(":latest", f"@{DIGEST}")
    overlay = "resources: [../../base]\n"
    team.repository.commit(
        {
            "base/deployment.yaml": DEPLOYMENT,
            "base/kustomization.yaml": "resources: [deployment.yaml]\n",
            "overlays/production/kustomization.yaml": f"{overlay}patches:\n  - path: pin.yaml\n",
            "overlays/production/pin.yaml": patch,
        }
    )
    team.guard("imd")
    team.repository.git("rm", "--quiet", "overlays/production/pin.yaml")
    team.repository.add({"overlays/production/kustomization.yaml": overlay})
    _blocked(team.commit(), "base/deployment.yaml", "floating-tag")


def test_all_files_judges_the_whole_project(team: Team) -> None:
    team.repository.commit({"Dockerfile": BAD})
    team.guard("imd")
    _blocked(team.call("run", "--all-files"), "floating-tag", "nothing is staged")
    team.repository.commit({"Dockerfile": GOOD})
    _passed(team.call("run", "--all-files"))


def test_range_is_judged_whatever_is_staged(team: Team) -> None:
    team.guard("imd")
    first = team.repository.commit({"Dockerfile": BAD})
    second = team.repository.commit({"web/Dockerfile": GOOD})
    third = team.repository.commit({"api/Dockerfile": BAD})
    fourth = team.repository.commit({"api/Dockerfile": GOOD})
    team.repository.add({"staged/Dockerfile": BAD})
    _passed(team.call("run", "--from-ref", first, "--to-ref", second))
    _blocked(team.call("run", "--from-ref", first, "--to-ref", third), "api/Dockerfile")
    _passed(team.call("run", "--from-ref", first, "--to-ref", fourth))


def test_push_is_judged_by_its_commits(team: Team, tmp_path: Path) -> None:
    team.repository.commit({"Dockerfile": BAD})
    team.guard("imd")
    team.repository.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    team.repository.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    _blocked(team.push(), "floating-tag")
    team.repository.git("push", "--quiet", "--no-verify", "origin", "HEAD:main")
    team.repository.commit({"web/Dockerfile": GOOD})
    _passed(team.push())
    team.repository.commit({"api/Dockerfile": BAD})
    _blocked(team.push(), "api/Dockerfile")


def test_merge_is_judged_by_what_it_brings(team: Team) -> None:
    team.guard("imd")
    team.repository.git("checkout", "--quiet", "-b", "topic")
    team.repository.commit({"Dockerfile": BAD})
    team.repository.git("checkout", "--quiet", "main")
    _blocked(team.merge("topic"), "floating-tag")


def test_hook_of_the_whole_project(team: Team) -> None:
    team.repository.commit({"Dockerfile": BAD})
    team.guard("imd-all")
    team.repository.add({"web/Dockerfile": GOOD})
    _blocked(team.commit(), "Dockerfile", "floating-tag")


def test_a_warning_is_seen_and_does_not_block(team: Team) -> None:
    team.guard("imd")
    team.repository.add({"Dockerfile": WARNED})
    done = team.commit()
    _passed(done)
    assert "Dockerfile:1:13 warning partial-tag" in done.stdout
    team.guard("imd", "args: [--fail-on, warning]")
    team.repository.add({"web/Dockerfile": WARNED})
    _blocked(team.commit(), "web/Dockerfile:1:13 warning partial-tag")


def test_fixes_stop_the_commit_once(team: Team) -> None:
    team.guard("imd-fix")
    team.repository.add({"Dockerfile": GOOD.replace('CMD ["/app/run"]', "CMD ['true']")})
    _blocked(team.commit(), "files were modified by this hook")
    assert 'CMD ["true"]' in (team.repository.root / "Dockerfile").read_text()
    team.repository.git("add", "-u")
    _passed(team.commit())


def test_an_image_without_digest_is_blocked(team: Team) -> None:
    team.guard("imd-pin-check")
    team.repository.add({"Dockerfile": WARNED})
    _blocked(team.commit(), "debian:12")
    team.repository.add({"Dockerfile": GOOD})
    _passed(team.commit())


def test_broken_configuration_blocks(team: Team) -> None:
    team.guard("imd")
    team.repository.add({".imd.yaml": "no-such-key: 1\n"})
    done = team.commit()
    assert done.returncode == 1
    assert "no-such-key" in done.stdout
    assert "exit code: 2" in done.stdout


def test_renamed_file_is_judged_by_what_changed_in_it(team: Team) -> None:
    team.repository.commit({"a/Dockerfile": BAD, "b/Dockerfile": BAD})
    team.guard("imd")
    (team.repository.root / "c").mkdir()
    team.repository.git("mv", "a/Dockerfile", "c/Dockerfile")
    _passed(team.commit())
    team.repository.git("mv", "c/Dockerfile", "a.Dockerfile")
    team.repository.add({"a.Dockerfile": f"{BAD}COPY --from=alpine:latest /a /b\n"})
    _blocked(team.commit(), "a.Dockerfile", "alpine:latest")


def test_submodule_is_not_judged(team: Team, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    team.repository.git("clone", "--quiet", str(team.hook[0]), str(inner))
    (inner / "Dockerfile").write_text(BAD)
    _git(inner, "add", "Dockerfile")
    _git(inner, "commit", "--quiet", "--message", "Bad")
    team.guard("imd")
    team.repository.git("submodule", "add", "--quiet", str(inner), "inner")
    _passed(team.commit())
    (inner / "Dockerfile").write_text(f"{BAD}# again\n")
    _git(inner, "commit", "--quiet", "--all", "--message", "Again")
    team.repository.commit({"Dockerfile": BAD})
    team.repository.git("-C", "inner", "pull", "--quiet")
    team.repository.git("add", "inner")
    _passed(team.commit())


def test_merge_with_a_resolved_conflict(team: Team) -> None:
    team.repository.commit({"Dockerfile": GOOD})
    team.guard("imd")
    team.repository.git("checkout", "--quiet", "-b", "topic")
    team.repository.commit({"Dockerfile": GOOD.replace("/app", "/srv")})
    team.repository.git("checkout", "--quiet", "main")
    team.repository.commit({"Dockerfile": GOOD.replace("/app", "/opt")})
    assert "CONFLICT" in team.merge("topic").stdout
    team.repository.add({"Dockerfile": BAD})
    _blocked(team.commit(), "floating-tag")
    team.repository.add({"Dockerfile": GOOD})
    _passed(team.commit())


MANY = {f"services/with a rather long name {number:04}/Dockerfile": GOOD for number in range(1500)}
"""More names than one command line takes where the tool passes them (it takes 131072 bytes)."""


def test_many_files_are_one_run(team: Team) -> None:
    team.guard("imd")
    team.repository.write(MANY)
    team.repository.write({"Dockerfile": BAD})
    team.repository.git("add", "--all")
    done = team.commit()
    _blocked(done, "1 error")
    assert done.stdout.count("error floating-tag") == 1


def test_files_passed_in_chunks_and_at_once_are_reported_once(team: Team) -> None:
    """Somebody turns off what the hook asks for: each process judges everything and reports on its own files."""
    team.guard("imd", "pass_filenames: true", "require_serial: false")
    team.repository.write(MANY)
    bad = {f"bad/{number}/Dockerfile": BAD for number in range(5)}
    team.repository.write(bad)
    team.repository.git("add", "--all")
    done = team.commit()
    _blocked(done)
    assert [done.stdout.count(path) for path in bad] == [1] * len(bad)
    assert done.stdout.count("says why") > 1
