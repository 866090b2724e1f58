"""The repository before: at earlier commits, and the commits that moved digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from immutable_delivery.commands.report.overview import Point
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.pipeline.reader import read_options
from immutable_delivery.pipeline.run import examine_in
from immutable_delivery.pipeline.settings import Request, Settings
from immutable_delivery.records import Record
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.repository.git import Git

WINDOW = timedelta(days=90)
_DIGEST = """(@|([dD]igest|DIGEST)["']?[:=] *["']?)sha256:[0-9a-f]{64}"""
"""As references and fields of manifests state it; a lock of packages has other hashes."""

Done = Callable[[int, int], None]
"""Is told how many commits of how many are judged."""


class Revision(Record, frozen=True):
    """A commit."""

    commit: str
    seconds: int
    """When it was made, since 1970."""

    @property
    def day(self) -> str:
        """The day of it."""
        return datetime.fromtimestamp(self.seconds, UTC).date().isoformat()


def moves(git: Git | None, today: date) -> list[Revision]:
    """Return the commits of the last ninety days that wrote or took away the digest of an image, the newest first."""
    if git is None:
        return []
    since = f"--since={(today - WINDOW).isoformat()}T00:00:00Z"
    answer = git.ask("log", "--format=%H %ct", since, f"-G{_DIGEST}", "HEAD")
    found = map(_revision, answer.out.decode().splitlines()) if answer.code == 0 else ()
    return sorted(found, key=lambda one: -one.seconds)


def trend(
    git: Git | None,
    settings: Settings,
    request: Request,
    most: int,
    done: Done = lambda _done, _all: None,
) -> Iterator[Point]:
    """Yield the repository at some commits of its main line, the oldest first, each judged by the settings of today."""
    if git is None:
        return
    chosen = revisions(git, request.today, most)
    for number, one in enumerate(chosen):
        done(number, len(chosen))
        yield _point(one, _examined(git.top, settings, request, one.commit))


def revisions(git: Git, today: date, most: int) -> list[Revision]:
    """Return so many commits of the main line of the last ninety days, evenly chosen; of a quiet one the last."""
    answer = git.ask("log", "--first-parent", "--format=%H %ct", "--max-count=5000", "HEAD")
    found = (
        [_revision(line) for line in answer.out.decode().splitlines()] if answer.code == 0 else []
    )
    earliest = (today - WINDOW).isoformat()
    recent = [one for one in found if one.day >= earliest]
    return list(reversed(_spread(recent if len(recent) >= most else found[:most], most)))


def _revision(line: str) -> Revision:
    commit, _, seconds = line.partition(" ")
    return Revision(commit, int(seconds))


def _spread(those: Sequence[Revision], most: int) -> list[Revision]:
    """Return some, the first and the last among them, as far apart as can be."""
    if len(those) <= most or most < 2:  # noqa: PLR2004 (two have ends)
        return list(those[:most])
    step = (len(those) - 1) / (most - 1)
    return [those[round(number * step)] for number in range(most)]


def _examined(top: Path, settings: Settings, request: Request, commit: str) -> Examined:
    tree = open_tree(top, rev=commit)
    options = read_options(tree, settings.config, request, None)
    try:
        return examine_in(tree.files, settings, tree, request, options.reader(tree.files))
    finally:
        options.close()


def _point(revision: Revision, examined: Examined) -> Point:
    words = Counter(one.runs for one in examined.services)
    severities = Counter(one.severity for one in examined.findings)
    return Point(
        revision=revision.commit,
        day=revision.day,
        divergent=words["divergent"],
        convergent=words["convergent"],
        congruent=words["congruent"],
        errors=severities["error"],
        warnings=severities["warning"],
    )
