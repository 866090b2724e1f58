"""What a pull request brings, judged from git's objects: nothing of it is checked out, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.facts import Image
from immutable_delivery.findings import Report
from immutable_delivery.pipeline.run import Outcome, run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.project import Tell
from immutable_delivery.records import replace
from immutable_delivery.registry.batch import Done, RegistryOptions
from immutable_delivery.registry.reference import ImageReference, named
from immutable_delivery.repository.git import Git, without_git
from immutable_delivery.repository.objects import commit_of
from immutable_delivery.source.escape import shown

_PINNABLE = frozenset({"exact", "partial", "alias", "none"})


def ends(start: Path, base: str, head: str) -> tuple[str, str]:
    """Return where a pull request began, and its newest commit; UsageError where this clone lacks them."""
    git = Git.open(start)
    if git is None:
        raise UsageError(f"{without_git(start)}, so there is no change to judge")
    first, last = _commit(git, base), _commit(git, head)
    answer = git.ask("merge-base", first, last)
    if answer.code:
        raise UsageError(
            f"where {shown(base[:12])} and {shown(head[:12])} part is not in this clone: fetch the whole history"
            " (`fetch-depth: 0`, `GIT_DEPTH: 0`, `git fetch --unshallow`)"
        )
    return answer.out.decode().strip(), last


def _commit(git: Git, name: str) -> str:
    try:
        return commit_of(git, name)
    except UsageError:
        raise UsageError(
            f"the commit {shown(name)} is not in this clone: `git fetch origin {shown(name)}` brings it"
        ) from None


def judged(start: Path, request: Request, tell: Tell | None = None) -> Outcome:
    """Judge what a request with both commits asks about, by the configuration of the first where it names no other."""
    assert request.commits  # noqa: S101 (what this is for)
    (first,), _ = request.commits
    trusted = request.config_from or first
    return run(start, replace(request, config_from=trusted, strangers=True), tell)


def pinned(outcome: Outcome, reach: RegistryOptions, done: Done) -> tuple[Report, list[str]]:
    """Return the report with the digests that registries name, where the repository states none, and why they named none."""
    from immutable_delivery.commands.pin.pin import online  # noqa: PLC0415 (only where registries are asked)

    wanted: dict[str, ImageReference] = {}

    def collect(image: Image) -> str | None:
        if image.text and image.pin in _PINNABLE and not image.digest:
            wanted[image.text] = named(image.text)
        return None

    outcome.mended(collect)
    answers = online(reach, done)(wanted.values())

    def digest_of(image: Image) -> str | None:
        name = wanted.get(image.text or "")
        return answers.digests.get(name) if name else None

    reasons = sorted(
        f"{name}: {answers.reasons[one]}" for name, one in wanted.items() if one in answers.reasons
    )
    return outcome.mended(digest_of), reasons


def patch(start: Path, base: str, head: str) -> str:
    """Return the diff of a pull request as this clone knows it."""
    first, last = ends(start, base, head)
    git = Git.open(start)
    assert git  # noqa: S101 (`ends` has it opened)
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--no-relative")
    out = git.run(
        "diff-tree", "-r", "-p", "--src-prefix=a/", "--dst-prefix=b/", *options, first, last
    ).out
    return out.decode("utf-8", "replace")
