"""`check --since` with real git: whatever the history looks like, exactly what the change brings is reported."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import CLEAN, DIGEST, FLOATING

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

OLD = f"{FLOATING}RUN curl https://example.org/a | sh\n"
BASE = {
    "deploy/base/kustomization.yaml": "resources: [pod.yaml]\n",
    "deploy/base/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: acme/web:latest\n",
    "deploy/overlays/production/kustomization.yaml": f"resources: [../../base]\nimages:\n  - name: acme/web\n    newTag: 1.4.2\n    digest: {DIGEST}\n",
}
CAUSED = [("floating-tag", "deploy/base/pod.yaml")]


def _write(repository: Repository, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = repository.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def _commit(repository: Repository, files: dict[str, str] | None = None) -> None:
    _write(repository, files or {})
    repository.git("add", "-A")
    repository.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "state")


def _report(repository: Repository, *options: str) -> Any:
    result = repository.call("check", "--output-format", "json", *options)
    assert result.code in {0, 1}, result
    return json.loads(result.out)


def _found(repository: Repository, rev: str = "main", *options: str) -> list[tuple[str, str]]:
    return _pairs(_report(repository, "--since", rev, *options))


def _pairs(report: Any) -> list[tuple[str, str]]:
    return [(one["policy"], one["place"]["file"]) for one in report["findings"]]


@pytest.fixture
def started(repository: Repository) -> Repository:
    """Return a repository with old findings on main, on a branch of it."""
    repository.git("symbolic-ref", "HEAD", "refs/heads/main")
    _commit(repository, {**BASE, "old/Dockerfile": OLD, "clean/Dockerfile": CLEAN})
    repository.git("checkout", "-q", "-b", "topic")
    return repository


def _unpin(repository: Repository) -> None:
    overlay = "deploy/overlays/production/kustomization.yaml"
    _write(repository, {overlay: "resources: [../../base]\n"})


def test_a_digest_taken_out_elsewhere(started: Repository) -> None:
    assert _found(started) == []
    _unpin(started)
    assert _found(started) == CAUSED
    _commit(started)
    assert _found(started) == CAUSED


def test_a_deleted_dockerignore(started: Repository) -> None:
    text = f'FROM debian:12.8@{DIGEST}\nCOPY . /app\nCMD ["/app/run"]\n'
    _commit(
        started,
        {"app/Dockerfile": text, "app/.dockerignore": ".git\n.env\nnode_modules\n", "app/run": ""},
    )
    before = _report(started)
    (started.root / "app/.dockerignore").unlink()
    caused = [pair for pair in _pairs(_report(started)) if pair not in _pairs(before)]
    assert caused == [("whole-context-copied", "app/Dockerfile")]
    assert _found(started, "HEAD") == caused
    _commit(started)
    assert _found(started, "HEAD~1") == caused


def test_a_comment_that_silenced_something_elsewhere(started: Repository) -> None:
    waiver = "ignore: []\nsuppressions:\n  - {path: old, ids: [floating-tag], reason: frozen}\n"
    text = f"# imd: ignore[floating-tag] the mirror is frozen\n{FLOATING}"
    _commit(started, {"app/Dockerfile": text, ".imd.yaml": waiver})
    _write(started, {"app/Dockerfile": FLOATING})
    assert _found(started, "HEAD") == [("floating-tag", "app/Dockerfile")]


def test_a_renamed_file_brings_nothing_but_its_changed_lines(started: Repository) -> None:
    started.git("mv", "old", "moved")
    assert _found(started) == []
    _write(
        started,
        {"moved/Dockerfile": OLD.replace("CMD", "RUN wget -O- https://example.org/b | sh\nCMD")},
    )
    assert _found(started) == [("piped-installer", "moved/Dockerfile")]
    _commit(started)
    assert _found(started) == [("piped-installer", "moved/Dockerfile")]


def test_an_overlay_that_is_renamed_away(started: Repository) -> None:
    started.git(
        "mv",
        "deploy/overlays/production/kustomization.yaml",
        "deploy/overlays/production/readme.txt",
    )
    assert _found(started) == CAUSED


def test_a_mode_change_brings_nothing(started: Repository) -> None:
    (started.root / "old/Dockerfile").chmod(0o755)
    assert _found(started) == []
    _commit(started)
    assert _found(started) == []


def test_a_file_that_becomes_a_link_and_back(started: Repository) -> None:
    path = started.root / "clean/Dockerfile"
    path.unlink()
    path.symlink_to("../old/Dockerfile")
    assert {file for _, file in _found(started)} == {"clean/Dockerfile"}
    _commit(started)
    path.unlink()
    path.write_text(CLEAN)
    assert _found(started, "HEAD") == []


def test_line_ends_do_not_hide_and_do_not_invent(started: Repository) -> None:
    _commit(started, {".gitattributes": "*.txt text\n"})
    started.git("config", "core.autocrlf", "true")
    (started.root / "old/Dockerfile").unlink()
    started.git("checkout", "-q", "--", "old/Dockerfile")
    assert b"\r\n" in (started.root / "old/Dockerfile").read_bytes()
    assert _found(started) == []
    text = OLD.replace("CMD", "RUN wget -O- https://example.org/b | sh\nCMD")
    _write(started, {"old/Dockerfile": text.replace("\n", "\r\n")})
    report = _report(started, "--since", "main")
    assert _pairs(report) == [("piped-installer", "old/Dockerfile")]
    assert report["findings"][0]["place"]["start"]["line"] == 2


def test_only_line_ends_change_every_line(started: Repository) -> None:
    _write(started, {"old/Dockerfile": OLD.replace("\n", "\r\n")})
    assert {file for _, file in _found(started)} == {"old/Dockerfile"}


def test_a_detached_head_and_a_worktree(
    started: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _unpin(started)
    _commit(started)
    started.git("checkout", "-q", "--detach")
    assert _found(started) == CAUSED
    other = tmp_path_factory.mktemp("trees") / "other"
    started.git("worktree", "add", "-q", str(other), "topic")
    assert _pairs(_report(started, "--since", "main", str(other))) == CAUSED


def test_merges_bring_what_the_branch_did(started: Repository) -> None:
    _unpin(started)
    _commit(started)
    started.git("checkout", "-q", "main")
    _commit(started, {"theirs/Dockerfile": FLOATING})
    started.git("checkout", "-q", "topic")
    assert _found(started) == CAUSED
    started.git("merge", "-q", "--no-edit", "main")
    assert _found(started) == CAUSED
    started.git("checkout", "-q", "--detach", "main")
    started.git("merge", "-q", "--no-edit", "topic")
    assert _found(started) == CAUSED


def test_a_merge_with_a_conflict_is_judged_as_it_lies_there(started: Repository) -> None:
    _commit(started, {"clean/Dockerfile": CLEAN.replace("true", "false")})
    started.git("checkout", "-q", "main")
    _commit(started, {"clean/Dockerfile": FLOATING})
    started.git("checkout", "-q", "topic")
    done = subprocess.run(
        ["git", "merge", "-q", "main"], cwd=started.root, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert ("unreadable", "clean/Dockerfile") in _found(started)


def test_unrelated_histories_are_compared_with_each_other(started: Repository) -> None:
    started.git("checkout", "-q", "--orphan", "other")
    _unpin(started)
    _commit(started)
    report = _report(started, "--since", "main")
    assert _pairs(report) == CAUSED
    assert any("main.." in notice for notice in report["notices"])


def test_submodules_come_and_go(
    started: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "Dockerfile").write_text(FLOATING)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(["git", *identity, *command], cwd=other, check=True)
    started.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    assert _found(started) == []
    _commit(started)
    assert _found(started) == []
    started.git("rm", "-q", "-f", "sub")
    _write(started, {"sub/Dockerfile": FLOATING})
    assert _found(started, "HEAD") == [("floating-tag", "sub/Dockerfile")]


def _clone(started: Repository, folder: Path, *options: str) -> Path:
    subprocess.run(
        ["git", "clone", "-q", *options, f"file://{started.root}", str(folder)],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def _git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


def test_a_shallow_clone_of_the_branch_and_the_tip_of_main(
    started: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _unpin(started)
    _commit(started, {"new/Dockerfile": FLOATING})
    clone = _clone(
        started, tmp_path_factory.mktemp("clones") / "one", "--depth=1", "--branch=topic"
    )
    _git(clone, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    report = _report(started, "--since", "origin/main", str(clone))
    assert _pairs(report) == [*CAUSED, ("floating-tag", "new/Dockerfile")]
    assert report["notices"][:1] == [
        "origin/main..: where both began is not in this clone's history, so it is compared with origin/main as it is now"
    ]


def test_a_shallow_clone_without_the_commit_reports_everything(
    started: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _unpin(started)
    _commit(started)
    clone = _clone(
        started, tmp_path_factory.mktemp("clones") / "one", "--depth=1", "--branch=topic"
    )
    report = _report(started, "--since", "origin/main", str(clone))
    assert _pairs(report) == _pairs(_report(started, str(clone)))
    assert set(_pairs(report)) > set(CAUSED)
    assert report["notices"][:1] == [
        "origin/main is not in this shallow clone, so the whole project is reported; `git fetch --unshallow` fetches the history"
    ]


def test_a_partial_clone_lacks_what_was_before_and_says_so(
    started: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _commit(started, {"old/Dockerfile": OLD.replace("latest", "12")})
    started.git("config", "uploadpack.allowFilter", "true")
    clone = _clone(
        started, tmp_path_factory.mktemp("clones") / "one", "--filter=blob:none", "--branch=topic"
    )
    result = started.call("check", "--since", "origin/main", str(clone))
    assert result.code == 2
    assert "Traceback" not in result.err
    assert "partial clone" in result.err


def test_names_that_are_no_commits_are_2(started: Repository) -> None:
    for rev in ("nowhere", "main..topic", "main^{tree}", "--all", "", "HEAD:old"):
        result = started.call("check", f"--since={rev}")
        assert result.code == 2, rev
        assert "is no commit of this repository" in result.err, rev


def test_before_the_first_commit_there_is_nothing_to_compare(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    assert repository.call("check", "--since", "HEAD").code == 2


def test_untracked_and_unstaged_files_are_new(started: Repository) -> None:
    _write(started, {"new/Dockerfile": FLOATING, f"caf{chr(233)} x/Dockerfile": FLOATING})
    assert {file for _, file in _found(started, "HEAD")} == {"new/Dockerfile", "café x/Dockerfile"}
    raw = os.fsencode(started.root) + b"/\xff"
    Path(os.fsdecode(raw)).mkdir()
    Path(os.fsdecode(raw), "Dockerfile").write_text(FLOATING)
    assert len(_found(started, "HEAD")) == 3


def test_a_line_that_is_only_taken_away(started: Repository) -> None:
    files = {"app/Dockerfile": CLEAN, "compose.yaml": "services:\n  app:\n    build: app\n"}
    _commit(started, files)
    assert ("missing-start-command", "app/Dockerfile") not in _found(started)
    _write(started, {"app/Dockerfile": CLEAN.replace('CMD ["true"]\n', "")})
    assert ("missing-start-command", "app/Dockerfile") in _found(started, "HEAD")


def test_what_a_sparse_checkout_leaves_out_is_judged_as_left_out(started: Repository) -> None:
    started.git("sparse-checkout", "set", "--no-cone", "/*", "!old")
    assert not (started.root / "old/Dockerfile").exists()
    assert _found(started) == []
    _unpin(started)
    assert _found(started) == CAUSED
