"""Pushes as git makes them: judged before they leave (pre-push), and again where they arrive (pre-receive)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.errors import UsageError
from immutable_delivery_hooks.pushes import Update, received, sent

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.hooks.conftest import Person

pytestmark = pytest.mark.slow

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f'FROM debian:12.8@{DIGEST}\nCMD ["/app/run"]\n'
BAD = 'FROM debian:latest\nCMD ["/app/run"]\n'
ONE, TWO, ZERO = "1" * 40, "2" * 40, "0" * 40


@pytest.fixture
def remote(repository: Repository, tmp_path: Path) -> Path:
    """Return a bare repository, the origin of the other one."""
    folder = tmp_path / "the remote.git"
    repository.git("init", "--quiet", "--bare", str(folder))
    repository.git("remote", "add", "origin", str(folder))
    return folder


@pytest.fixture
def guarded(person: Person, remote: Path) -> Person:  # noqa: ARG001 (the origin)
    """Return a person whose pushes are judged before they leave."""
    person.imd("hook", "install", "pre-push").passed()
    return person


@pytest.fixture
def received_by(person: Person, remote: Path) -> Person:
    """Return a person whose pushes are judged where they arrive."""
    type(person)(remote).imd("hook", "install").passed()
    return person


def test_what_git_tells_pre_push() -> None:
    lines = [
        f"refs/heads/a {ONE} refs/heads/b {TWO}\n".encode(),
        f"(delete) {ZERO} refs/heads/c {TWO}\n".encode(),
        f":/words of a message {ONE} refs/tags/é\u00a0\u2028x {ZERO}\n".encode(),
        b"\n",
    ]
    assert list(sent(lines)) == [
        Update("refs/heads/b", TWO, ONE), Update("refs/heads/c", TWO, ""), Update("refs/tags/é\u00a0\u2028x", "", ONE),
    ]  # fmt: skip


def test_what_git_tells_pre_receive() -> None:
    lines = [
        f"{ONE} {TWO} refs/heads/a\n".encode(),
        b"\n",
        f"{'0' * 64} {'3' * 64} refs/tags/b".encode(),
    ]
    assert list(received(lines)) == [
        Update("refs/heads/a", ONE, TWO),
        Update("refs/tags/b", "", "3" * 64),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "one",
        f"{ONE} {TWO}",
        f"a {ONE} b",
        f"a {ONE} b {TWO} c",
        f"a --all b {TWO}",
        f"a {ONE} b {ONE[1:]}",
    ],
)
def test_what_git_never_tells_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        list(sent([line.encode()]))
    with pytest.raises(UsageError):
        list(received([line.encode()]))


def test_push_is_judged_by_its_commits(repository: Repository, guarded: Person) -> None:
    repository.commit({"Dockerfile": BAD})
    repository.write({"Dockerfile": GOOD})
    guarded.push().blocked(
        "refs/heads/main: everything to ", "floating-tag", "there is no commit to compare with"
    )
    guarded.push("--no-verify", "HEAD:refs/heads/main").passed()
    guarded.push().passed()  # up to date
    repository.commit({"web/Dockerfile": GOOD})
    done = guarded.push()
    done.passed()
    assert "imd" not in done.said
    assert "refs/heads/main:" not in done.said
    repository.commit({"api/Dockerfile": BAD})
    repository.commit({"api/note": "1\n"})
    guarded.push().blocked("api/Dockerfile", "floating-tag")


def test_finding_that_a_later_commit_mends_is_none(repository: Repository, guarded: Person) -> None:
    repository.commit({"Dockerfile": GOOD})
    guarded.push().passed()
    repository.commit({"Dockerfile": BAD})
    repository.commit({"Dockerfile": GOOD})
    guarded.push().passed()


def test_new_branch_is_judged_from_where_it_leaves_the_remote(
    repository: Repository, guarded: Person
) -> None:
    repository.commit({"Dockerfile": BAD})
    guarded.push("--no-verify", "HEAD:refs/heads/main").passed()
    repository.git("checkout", "--quiet", "-b", "topic")
    guarded.push("topic").passed()
    repository.commit({"web/Dockerfile": BAD})
    guarded.push("topic:refs/heads/other").blocked("web/Dockerfile:", "refs/heads/other")
    repository.git("checkout", "--quiet", "-b", "good", "main")
    repository.commit({"web/Dockerfile": GOOD})
    guarded.push("good").passed()


def test_merged_branch_is_compared_with_the_nearest_of_the_remote(
    repository: Repository, guarded: Person
) -> None:
    repository.commit({"a": "1\n"})
    guarded.push().passed()
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"topic": "1\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"Dockerfile": BAD})
    guarded.push("--no-verify", "main").passed()
    repository.git("checkout", "--quiet", "topic")
    repository.git("merge", "--quiet", "--no-edit", "main")
    guarded.push("topic").passed()


def test_deleted_branch_brings_nothing(repository: Repository, guarded: Person) -> None:
    repository.commit({"Dockerfile": BAD})
    guarded.push("--no-verify", "HEAD:refs/heads/main", "HEAD:refs/heads/old").passed()
    guarded.push("--delete", "old").passed()


def test_forced_push_is_judged_from_where_both_part(
    repository: Repository, guarded: Person
) -> None:
    first = repository.commit({"a": "1\n"})
    repository.commit({"Dockerfile": GOOD})
    guarded.push().passed()
    repository.git("reset", "--quiet", "--hard", first)
    repository.commit({"Dockerfile": BAD})
    guarded.push("--force", "HEAD:refs/heads/main").blocked("floating-tag")
    repository.git("reset", "--quiet", "--hard", first)
    guarded.push("--force", "HEAD:refs/heads/main").passed()  # back to what was there


def test_several_refs_and_tags(repository: Repository, guarded: Person) -> None:
    good = repository.commit({"Dockerfile": GOOD})
    guarded.push().passed()
    repository.commit({"Dockerfile": BAD})
    repository.git("tag", "--annotate", "--message", "Release", "v1")
    done = guarded.push(f"{good}:refs/heads/first", "v1", "HEAD:refs/heads/second")
    done.blocked("floating-tag")
    assert "refs/heads/first: " not in done.said
    assert done.said.count(" error floating-tag") == 1  # one report for both refs
    assert "refs/heads/second" in done.said
    assert "refs/tags/v1" in done.said


def test_unknown_commit_of_the_remote_is_no_trouble(
    repository: Repository, guarded: Person, remote: Path, tmp_path: Path
) -> None:
    repository.commit({"Dockerfile": GOOD})
    guarded.push().passed()
    repository.git("clone", "--quiet", str(remote), str(tmp_path / "other"))
    other = type(guarded)(tmp_path / "other")
    (other.folder / "a").write_text("1\n")
    other.git("add", "a").passed()
    other.commit().passed()
    other.push("HEAD:refs/heads/main").passed()
    repository.commit({"Dockerfile": BAD})
    guarded.push("--force", "HEAD:refs/heads/main").blocked("floating-tag")


def test_tag_of_no_commit_is_refused(repository: Repository, guarded: Person) -> None:
    repository.commit({"Dockerfile": GOOD})
    repository.git("tag", "blob", "HEAD:Dockerfile")
    guarded.push("blob").blocked("is no commit of this repository")


def test_bypassed_push_is_refused_where_it_arrives(
    repository: Repository, received_by: Person, remote: Path
) -> None:
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    bad = repository.commit({"Dockerfile": BAD})
    done = received_by.push("--no-verify", "HEAD:refs/heads/main")
    done.blocked("floating-tag", "pre-receive hook declined")
    there = type(received_by)(remote)
    assert there.git("cat-file", "-e", bad).code != 0  # it never left the quarantine
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    assert not (remote / "Dockerfile").exists()


def test_server_judges_a_change_in_the_light_of_the_whole(
    repository: Repository, received_by: Person
) -> None:
    overlay = (
        f"resources: [../base]\nimages:\n  - name: registry.example/web\n    digest: {DIGEST}\n"
    )
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: web\n          image: registry.example/web:latest\n          command: [/run]\n"
    )
    repository.commit(
        {
            "base/web.yaml": deployment,
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "prod/kustomization.yaml": overlay,
        }
    )
    received_by.push().passed()
    repository.commit({"prod/kustomization.yaml": "resources: [../base]\n"})
    received_by.push().blocked("base/web.yaml", "floating-tag")


def test_server_judges_every_ref_and_refuses_all(
    repository: Repository, received_by: Person, remote: Path
) -> None:
    good = repository.commit({"Dockerfile": GOOD})
    repository.commit({"Dockerfile": BAD})
    received_by.push(
        f"{good}:refs/heads/main", "HEAD:refs/heads/topic", "HEAD:refs/tags/v1"
    ).blocked("floating-tag")
    assert type(received_by)(remote).git("for-each-ref").said == ""


def test_server_accepts_deletion_and_going_back(
    repository: Repository, received_by: Person
) -> None:
    first = repository.commit({"Dockerfile": GOOD})
    repository.commit({"web/Dockerfile": GOOD})
    received_by.push("HEAD:refs/heads/main", "HEAD:refs/heads/old").passed()
    received_by.push("--delete", "old").passed()
    received_by.push("--force", f"{first}:refs/heads/main").passed()


def test_new_branch_on_the_server_is_compared_with_what_it_has(
    repository: Repository, received_by: Person, remote: Path
) -> None:
    repository.commit({"Dockerfile": BAD})
    (remote / "hooks/pre-receive").rename(remote / "hooks/off")
    received_by.push().passed()
    (remote / "hooks/off").rename(remote / "hooks/pre-receive")
    received_by.push("HEAD:refs/heads/copy").passed()
    repository.commit({"web/Dockerfile": GOOD})
    received_by.push("HEAD:refs/heads/topic").passed()
    repository.commit({"web/Dockerfile": BAD})
    received_by.push("HEAD:refs/heads/topic").blocked("web/Dockerfile")


def test_server_without_its_default_branch_goes_by_what_a_new_one_begins_from(
    repository: Repository, received_by: Person, remote: Path
) -> None:
    type(received_by)(remote).git("symbolic-ref", "HEAD", "refs/heads/nowhere").passed()
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    repository.commit({"Dockerfile": BAD, ".imd.yaml": "ignore: [floating-tag]\n"})
    received_by.push("HEAD:refs/heads/topic").blocked("floating-tag")


def test_repository_with_a_working_tree_receives_too(
    repository: Repository, person: Person, tmp_path: Path
) -> None:
    repository.commit({"Dockerfile": GOOD})
    repository.git("clone", "--quiet", ".", str(tmp_path / "live"))
    live = type(person)(tmp_path / "live")
    live.imd("hook", "install", "pre-receive").passed()
    (live.folder / "ignored.yaml").write_text("")
    repository.git("remote", "add", "origin", str(live.folder))
    repository.commit({"Dockerfile": BAD})
    person.push("HEAD:refs/heads/topic").blocked("floating-tag")
    repository.commit({"Dockerfile": GOOD})
    person.push("HEAD:refs/heads/topic").passed()


def test_hostile_names_are_shown_on_one_line(repository: Repository, received_by: Person) -> None:
    repository.commit({"Dockerfile": GOOD})
    ref = "refs/heads/$(touch pwned)`id`"
    subprocess.run(
        ["git", "push", "--quiet", "origin", f"HEAD:{ref.replace(' ', '')}"],
        cwd=repository.root,
        check=True,
    )
    repository.commit({"a\n::error::x/Dockerfile": BAD})
    done = received_by.push("HEAD:refs/heads/main")
    done.blocked("floating-tag")
    assert "\n::error::" not in done.said.replace("remote: ", "")


def test_options_of_the_server(repository: Repository, received_by: Person, remote: Path) -> None:
    hook = remote / "hooks/pre-receive"
    hook.write_text(
        hook.read_text().replace('hook pre-receive "$@"', 'hook pre-receive --fail-on warning "$@"')
    )
    repository.commit({"Dockerfile": 'FROM debian:12\nCMD ["/app/run"]\n'})
    received_by.push().blocked("partial-tag")


def test_repository_of_sha_256(person: Person, tmp_path: Path) -> None:
    for folder, options in (("local", []), ("remote.git", ["--bare"])):
        path = str(tmp_path / folder)
        person.git("init", "--quiet", "--object-format=sha256", *options, path).passed()
    local, remote = type(person)(tmp_path / "local"), type(person)(tmp_path / "remote.git")
    local.git("remote", "add", "origin", str(remote.folder)).passed()
    local.imd("hook", "install", "pre-push").passed()
    remote.imd("hook", "install").passed()
    for text, code in ((GOOD, 0), (BAD, 1)):
        (local.folder / "Dockerfile").write_text(text)
        local.git("add", "Dockerfile").passed()
        local.commit().passed()
        for options in ([], ["--no-verify"]):
            assert local.push(*options, "HEAD:refs/heads/main").code == code


def test_push_from_a_shallow_clone(
    repository: Repository, received_by: Person, remote: Path, tmp_path: Path
) -> None:
    for number in range(3):
        repository.commit({"Dockerfile": GOOD, "number": f"{number}\n"})
    received_by.push().passed()
    url = f"file://{remote}"
    repository.git("clone", "--quiet", "--depth=1", "--branch=main", url, str(tmp_path / "shallow"))
    shallow = type(received_by)(tmp_path / "shallow")
    shallow.imd("hook", "install", "pre-push").passed()
    (shallow.folder / "web.Dockerfile").write_text(GOOD)
    shallow.git("add", ".").passed()
    shallow.commit().passed()
    shallow.push("HEAD:refs/heads/main").passed()
    shallow.push("HEAD:refs/heads/topic").passed()
    (shallow.folder / "web.Dockerfile").write_text(BAD)
    shallow.commit("--all").passed()
    for options in ([], ["--no-verify"]):
        shallow.push(*options, "HEAD:refs/heads/main").blocked("web.Dockerfile", "floating-tag")


def test_server_needs_no_home(
    repository: Repository, received_by: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit({"Dockerfile": BAD})
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path / "cache"))
    received_by.push().blocked("floating-tag")
    assert not (tmp_path / "cache").exists()  # a push leaves nothing that a later one goes by


def test_many_files_arrive_at_once(repository: Repository, received_by: Person) -> None:
    """Enough for several processes, each with the objects in quarantine."""
    repository.commit({f"services/{number}/Dockerfile": GOOD for number in range(600)})
    received_by.push().passed()
    repository.commit({f"services/{number}/Dockerfile": BAD for number in range(0, 600, 3)})
    received_by.push().blocked("200 errors in 200 files")


def test_configuration_of_a_push_counts_from_the_next_one_on(
    repository: Repository, received_by: Person
) -> None:
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    lax = {".imd.yaml": "ignore: [floating-tag]\n"}
    repository.commit({**lax, "Dockerfile": BAD})
    own = "configuration, policies and baseline are those of"
    for target in ("HEAD:refs/heads/main", "HEAD:refs/heads/topic", "HEAD:refs/tags/v1"):
        received_by.push(target).blocked("floating-tag", own)
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    repository.commit({"Dockerfile": BAD})
    received_by.push().passed()


def test_server_may_go_by_one_branch_and_no_comments(
    repository: Repository, received_by: Person, remote: Path
) -> None:
    repository.commit({"Dockerfile": GOOD})
    received_by.push("HEAD:refs/heads/main", "HEAD:refs/heads/topic").passed()
    hook = remote / "hooks/pre-receive"
    options = "--config-from refs/heads/main --no-inline-ignores"
    hook.write_text(hook.read_text().replace('pre-receive "$@"', f'pre-receive {options} "$@"'))
    repository.commit({".imd.yaml": "ignore: [floating-tag]\n"})
    received_by.push("HEAD:refs/heads/topic").passed()
    excused = f"# imd: ignore[floating-tag] we know\n{BAD}"
    repository.commit({"Dockerfile": excused})
    done = received_by.push("HEAD:refs/heads/topic")
    done.blocked("floating-tag", "ignore comments are not honoured: 1 comment")


def test_broken_configuration_refuses(repository: Repository, received_by: Person) -> None:
    repository.commit({"Dockerfile": GOOD, ".imd.yaml": "no-such-key: 1\n"})
    received_by.push().blocked(
        "no-such-key", "pre-receive hook declined"
    )  # the first of all judges itself


BROKEN = {
    "configuration": {".imd.yaml": "nope: [\n"},
    "policy": {".imd/policies/own/x.yaml": "id: x\n"},
    "baseline": {".imd.yaml": "baseline: known.json\n"},
    "package": {".imd.yaml": "extends: [{package: nowhere-to-be-found}]\n"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_push_whose_own_configuration_does_not_load_is_refused(
    repository: Repository, received_by: Person, what: str
) -> None:
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    repository.commit(BROKEN[what])
    words = ("its configuration does not load", "pre-receive hook declined")
    received_by.push().blocked(*words)
    received_by.push("HEAD:refs/heads/topic").blocked("refs/heads/topic", *words)
    repository.git("rm", "--quiet", "-r", *BROKEN[what])
    repository.commit()
    received_by.push().passed()


@pytest.mark.parametrize("what", BROKEN)
def test_branch_whose_configuration_does_not_load_can_be_mended(
    repository: Repository, received_by: Person, remote: Path, what: str
) -> None:
    repository.commit({"Dockerfile": GOOD, "old/Dockerfile": BAD, **BROKEN[what]})
    (remote / "hooks/pre-receive").rename(remote / "hooks/off")
    received_by.push().passed()
    (remote / "hooks/off").rename(remote / "hooks/pre-receive")
    repository.git("rm", "--quiet", "-r", *BROKEN[what])
    repository.commit({"Dockerfile": BAD})
    words = "no configuration that could be trusted loads"
    received_by.push().blocked("Dockerfile", "1 error;", words)
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    received_by.push("HEAD:refs/heads/topic").passed()


def test_broken_branch_of_the_server_s_choice_can_be_mended(
    repository: Repository, received_by: Person, remote: Path
) -> None:
    repository.commit({"Dockerfile": GOOD, **BROKEN["configuration"]})
    hook = remote / "hooks/pre-receive"
    text = hook.read_text()
    hook.write_text("#!/bin/sh\n")
    received_by.push().passed()
    hook.write_text(text.replace('pre-receive "$@"', 'pre-receive --config-from main "$@"'))
    repository.commit({".imd.yaml": "profile: default\n"})
    received_by.push().passed()


def test_baseline_of_the_branch_counts_for_what_it_accepted(
    repository: Repository, received_by: Person
) -> None:
    repository.commit({"Dockerfile": GOOD})
    received_by.push().passed()
    repository.add({"Dockerfile": BAD, ".imd.yaml": "baseline: known.json\n"})
    received_by.imd("baseline", "known.json").passed()
    repository.git("checkout", "--quiet", "HEAD", "--", "Dockerfile")
    repository.add({"known.json": (repository.root / "known.json").read_bytes()})
    repository.commit()
    received_by.push().passed()
    repository.commit({"Dockerfile": BAD})
    for target in ("HEAD:refs/heads/main", "HEAD:refs/heads/topic"):
        received_by.push(target).passed()
    repository.commit({"web/Dockerfile": BAD})
    received_by.push("HEAD:refs/heads/topic").blocked("web/Dockerfile", "1 error;")
