"""Nobody is blamed for what others brought: merges, rebases, fast-forwards and forced pushes, as people make them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.repository.ancestry import is_trunk
from immutable_delivery.repository.git import Git

if TYPE_CHECKING:
    from tests.conftest import Repository
    from tests.hooks.conftest import Person

pytestmark = pytest.mark.slow

DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f'FROM debian:12.8@{DIGEST}\nCMD ["/app/run"]\n'
BAD = 'FROM debian:latest\nCMD ["/app/run"]\n'
OURS = f'FROM alpine:3.20.3@{DIGEST}\nCMD ["/app/run"]\n'


class Story:
    """A feature branch and a main that holds a fault since, which both lie on a server."""

    def __init__(self, repository: Repository, person: Person, server: Path) -> None:
        self.repository, self.person, self.server = repository, person, type(person)(server)
        repository.git("init", "--quiet", "--bare", "--initial-branch=main", str(server))
        repository.git("remote", "add", "origin", str(server))
        repository.commit({"ours/Dockerfile": GOOD, "theirs/Dockerfile": GOOD})
        self.push("main")
        repository.git("checkout", "--quiet", "-b", "feature")
        repository.commit({"ours/Dockerfile": OURS})
        self.push("feature")
        repository.git("checkout", "--quiet", "main")
        self.fault = repository.commit({"theirs/Dockerfile": BAD})
        self.push("main")
        repository.git("checkout", "--quiet", "feature")

    def push(self, *args: str) -> None:
        """Push before there is any hook."""
        self.person.push("--quiet", *args).passed()

    def pull(self, *args: str) -> None:
        """Bring main into the feature, whatever the hooks say."""
        self.repository.git("merge", "--quiet", "--no-edit", "--no-verify", *args, "main")


@pytest.fixture
def story(repository: Repository, person: Person, tmp_path: Path) -> Story:
    return Story(repository, person, tmp_path / "server.git")


@pytest.fixture(params=["pre-push", "pre-receive"])
def guarded(request: pytest.FixtureRequest, story: Story) -> Story:
    """Guard pushes where they leave, or where they arrive."""
    where = story.person if request.param == "pre-push" else story.server
    where.imd("hook", "install", request.param).passed()
    return story


def test_merge_of_main_is_not_the_features(guarded: Story) -> None:
    guarded.pull()
    guarded.person.push("feature").passed()
    guarded.repository.commit({"ours/Dockerfile": BAD})
    done = guarded.person.push("feature")
    done.blocked("ours/Dockerfile", "floating-tag")
    assert "theirs/Dockerfile\n" not in done.said


def test_merge_of_main_and_a_fault_of_the_feature_at_once(guarded: Story) -> None:
    guarded.pull()
    guarded.repository.commit({"ours/Dockerfile": BAD})
    done = guarded.person.push("feature")
    done.blocked("ours/Dockerfile", "1 error;")


def test_merge_that_brings_more_than_its_parents_is_judged(guarded: Story) -> None:
    guarded.pull("--no-commit")
    guarded.repository.add({"ours/Dockerfile": BAD})
    guarded.repository.git("commit", "--quiet", "--no-verify", "--no-edit")
    guarded.person.push("feature").blocked("ours/Dockerfile", "floating-tag")


def test_rebased_feature_is_judged_from_main(guarded: Story) -> None:
    guarded.repository.git("rebase", "--quiet", "main")
    guarded.person.push("--force", "feature").passed()
    guarded.repository.commit({"ours/Dockerfile": BAD})
    guarded.person.push("--force", "feature").blocked("ours/Dockerfile", "floating-tag")


def test_fast_forward_to_main_brings_nothing(guarded: Story) -> None:
    guarded.repository.git("reset", "--quiet", "--hard", "main~1")
    guarded.person.push("--no-verify", "HEAD:refs/heads/other").passed()
    guarded.repository.git("merge", "--quiet", "--ff-only", "main")
    guarded.person.push("HEAD:refs/heads/other").passed()


def test_amended_feature_is_compared_with_what_is_there(guarded: Story) -> None:
    guarded.pull()
    guarded.person.push("feature").passed()
    guarded.repository.git("commit", "--quiet", "--amend", "--no-verify", "--message", "Reworded")
    guarded.person.push("--force", "feature").passed()


def test_new_branch_with_a_merge_of_main_is_judged_by_its_own(guarded: Story) -> None:
    guarded.repository.git("checkout", "--quiet", "-b", "topic", "main~1")
    guarded.repository.commit({"note": "1\n"})
    guarded.pull()
    guarded.person.push("topic").passed()
    guarded.repository.commit({"ours/Dockerfile": BAD})
    guarded.person.push("topic").blocked("ours/Dockerfile", "floating-tag")


def test_fault_that_main_mends_and_the_feature_brings_back_is_the_features(guarded: Story) -> None:
    guarded.repository.git("checkout", "--quiet", "main")
    guarded.repository.commit({"theirs/Dockerfile": GOOD})
    guarded.person.push("main").passed()
    guarded.repository.git("checkout", "--quiet", "feature")
    guarded.repository.git("merge", "--quiet", "--no-edit", "--no-verify", "main")
    guarded.person.push("feature").passed()
    guarded.repository.commit({"theirs/Dockerfile": BAD})
    guarded.person.push("feature").blocked("theirs/Dockerfile", "floating-tag")


def test_main_itself_answers_for_all_that_it_gets(guarded: Story) -> None:
    guarded.repository.commit({"ours/Dockerfile": BAD})
    guarded.person.git("push", "--quiet", "--no-verify", "origin", "feature:refs/heads/lax")
    guarded.repository.git("fetch", "--quiet", "origin")
    guarded.repository.git("checkout", "--quiet", "main")
    guarded.repository.git("merge", "--quiet", "--no-edit", "--no-verify", "feature")
    guarded.person.push("main").blocked("ours/Dockerfile", "floating-tag")


def test_main_that_goes_back_to_an_old_fault_is_judged(guarded: Story) -> None:
    guarded.repository.git("checkout", "--quiet", "main")
    guarded.repository.commit({"theirs/Dockerfile": GOOD})
    guarded.person.push("main").passed()
    guarded.person.push("--force", f"{guarded.fault}:refs/heads/main").blocked("floating-tag")
    guarded.repository.git("reset", "--quiet", "--hard", guarded.fault)
    guarded.repository.commit({"note": "1\n"})
    guarded.person.push("--force", "HEAD:refs/heads/main").blocked("floating-tag")


def test_feature_that_goes_back_to_its_own_old_fault_is_judged(guarded: Story) -> None:
    fault = guarded.repository.commit({"ours/Dockerfile": BAD})
    guarded.repository.commit({"ours/Dockerfile": GOOD})
    guarded.person.push("feature").passed()
    guarded.person.push("--force", f"{fault}:refs/heads/feature").blocked("ours/Dockerfile")


def test_commit_of_a_merge_of_main_is_not_blocked(story: Story) -> None:
    story.person.imd("hook", "install", "pre-commit", "pre-merge-commit").passed()
    story.person.git("pull", "--no-rebase", "--no-edit", "origin", "main").passed()


def test_commit_of_a_merge_with_a_conflict_is_judged_by_both_parents(story: Story) -> None:
    story.repository.git("checkout", "--quiet", "main")
    story.repository.commit({"ours/Dockerfile": GOOD.replace("/app", "/srv")})
    story.repository.git("checkout", "--quiet", "feature")
    story.person.imd("hook", "install", "pre-commit", "pre-merge-commit").passed()
    assert "CONFLICT" in story.person.git("merge", "--no-edit", "main").said
    story.repository.add({"ours/Dockerfile": BAD})
    done = story.person.commit()
    done.blocked("ours/Dockerfile", "1 error;")
    story.repository.add({"ours/Dockerfile": OURS})
    story.person.commit().passed()


def test_merge_of_several_branches_is_judged_by_all_parents(story: Story) -> None:
    story.repository.git("checkout", "--quiet", "-b", "third", "main~1")
    story.repository.commit({"third/Dockerfile": BAD})
    story.repository.git("checkout", "--quiet", "feature")
    story.person.imd("hook", "install", "pre-commit", "pre-merge-commit").passed()
    story.person.git("merge", "--no-edit", "main", "third").passed()


def test_merge_into_main_is_judged_by_what_it_brings(story: Story) -> None:
    story.repository.commit({"ours/Dockerfile": BAD})
    story.repository.git("checkout", "--quiet", "main")
    story.person.imd("hook", "install", "pre-merge-commit").passed()
    story.person.git("merge", "--no-edit", "feature").blocked("ours/Dockerfile", "floating-tag")


def test_range_that_pre_commit_names_for_a_push(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pre-commit run --hook-stage pre-push` sets its environment."""
    old = story.repository.git("rev-parse", "HEAD").strip()
    story.pull()
    branches = {"LOCAL_BRANCH": "refs/heads/feature", "REMOTE_BRANCH": "refs/heads/feature"}
    ends = {"FROM_REF": old, "TO_REF": "HEAD", "REMOTE_NAME": "origin", **branches}
    for name, value in ends.items():
        monkeypatch.setenv(f"PRE_COMMIT_{name}", value)
    story.person.imd("check", "--staged").passed()
    story.repository.commit({"ours/Dockerfile": BAD})
    story.person.imd("check", "--staged").blocked("ours/Dockerfile", "1 error;")
    monkeypatch.setenv("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main")
    story.person.imd("check", "--staged").blocked("theirs/Dockerfile:1:13", "2 errors in 2 files")


def test_the_trunk_is_what_the_remote_says_or_what_is_called_so(story: Story) -> None:
    git = Git.open(story.person.folder)
    assert git
    assert (is_trunk(git, "refs/heads/main"), is_trunk(git, "refs/heads/feature")) == (True, False)
    story.repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/feature")
    assert (is_trunk(git, "refs/heads/main"), is_trunk(git, "refs/heads/feature")) == (False, True)
    server = Git.open(story.server.folder)
    assert server
    assert is_trunk(server, "refs/heads/main")
