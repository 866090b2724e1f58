"""Where lines and commits of a repository can be read on the web."""

from __future__ import annotations

import os
from urllib.parse import quote

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record

_FORGE = lazy(r"https?://[^/]*(?P<kind>github|gitlab|codeberg|gitea|forgejo)[^/]*/.+")
_SSH = lazy(r"(?:ssh://)?[\w.-]+@(?P<host>[\w.-]+)(?::\d+/|[:/])(?P<path>.+)")
_LINES = {"github": "blob", "gitlab": "-/blob"}
_COMMITS = {"gitlab": "-/commit"}


class Forge(Record, frozen=True):
    """The page of a repository, and the revision that is judged; of an origin that nobody knows there are no addresses."""

    home: str
    revision: str

    @classmethod
    def of(cls, origin: str, revision: str) -> Forge:
        """Return the forge of an origin, whatever protocol git fetches it by."""
        url = origin.rstrip("/").removesuffix(".git")
        over_ssh = _SSH.fullmatch(url)
        return cls(f"https://{over_ssh['host']}/{over_ssh['path']}" if over_ssh else url, revision)

    @property
    def title(self) -> str:
        """The repository as people call it: `owner/name`."""
        return self.home.partition("://")[2].partition("/")[2]

    def line(self, file: str, line: int) -> str:
        """Return the address of a line, of the whole file where it is 0."""
        kind = self._kind()
        path = f"{_LINES.get(kind, 'src/commit')}/{self.revision}/{quote(os.fsencode(file))}"
        return f"{self.home}/{path}{f'#L{line}' * bool(line)}" if kind and self.revision else ""

    def commit(self, revision: str) -> str:
        """Return the address of a commit."""
        kind = self._kind()
        return f"{self.home}/{_COMMITS.get(kind, 'commit')}/{revision}" if kind else ""

    def _kind(self) -> str:
        found = _FORGE.fullmatch(self.home)
        return found["kind"] if found else ""
