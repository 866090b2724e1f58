"""What git tells links of earlier versions: the digests that files had, and the environments that ran them."""

from __future__ import annotations

from collections.abc import Collection

from immutable_delivery.context import ReadingSettings
from immutable_delivery.facts import Image
from immutable_delivery.links.past import Changes, Seen
from immutable_delivery.reading.project import Reader, read
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.history import MOST_COMMITS, is_cut_off, traces, version
from immutable_delivery.source.files import MemoryFiles

_MOST_VERSIONS = 200
"""Versions of files for several environments that are read."""


class GitPast:
    """The history of a repository up to the commit that is judged, or that the working tree stands on."""

    def __init__(self, git: Git | None, commit: str, settings: ReadingSettings) -> None:
        self._git, self._commit, self._settings = git, commit, settings
        self._left = _MOST_VERSIONS
        self.missing = "" if git else "this is no git repository"

    def changes(self, paths: Collection[str]) -> Changes:
        """Return the digests that ever stood in these files."""
        git = self._git
        if git is None or git.ask("rev-parse", "--verify", "--quiet", self._commit).code:
            return {}
        found = traces(git, self._commit, paths)
        if not found.whole:
            self.missing = f"more than the last {MOST_COMMITS:,} commits would have to be read"
        elif is_cut_off(git):
            self.missing = 'this clone is cut off; check out the whole history (`fetch-depth: 0`; in GitLab `GIT_DEPTH: "0"`)'
        keys = found.added.keys() | found.removed
        return {key: Seen(tuple(found.added.get(key, ())), key in found.removed) for key in keys}

    def environments(self, path: str, commit: str, digest: str) -> frozenset[str]:
        """Return the environments in which a version of a file runs a digest, as far as it tells that by itself."""
        self._left -= 1
        data = version(self._git, commit, path) if self._git and self._left >= 0 else None
        if data is None:
            self.missing = self.missing or "too many versions of files would have to be read"
            return frozenset()
        files = MemoryFiles({path: data})
        facts = read(files, lambda _: "", Reader(files, self._settings)).facts
        images = (fact for fact in facts if isinstance(fact, Image) and fact.digest == digest)
        return frozenset(name for image in images for name in image.scope.environments)
