"""Who owns a file, by CODEOWNERS (https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners)."""

from __future__ import annotations

from functools import lru_cache

from pathspec import GitIgnoreSpec

from immutable_delivery.records import Record
from immutable_delivery.source.files import Files, read_text

_PLACES = (
    "CODEOWNERS",
    ".github/CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".gitea/CODEOWNERS",
)


class _Rule(Record, frozen=True):
    fits: GitIgnoreSpec
    owners: tuple[str, ...]


class Owners:
    """The owners of a repository: the last pattern that fits a file says who."""

    def __init__(self, files: Files) -> None:
        found = (read_text(files, path) for path in _PLACES)
        text = next((one.value for one in found if one is not None), "")
        self._rules = [rule for line in text.splitlines() if (rule := _rule(line)) is not None]
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, path: str) -> tuple[str, ...]:
        fitting = (rule.owners for rule in reversed(self._rules) if rule.fits.match_file(path))
        return next(fitting, ())


def _rule(line: str) -> _Rule | None:
    """Return the rule of a line; headings of GitLab's sections, comments and broken patterns are none."""
    words = line.partition(" #")[0].split()
    if not words or words[0].startswith(("#", "[", "^[")):
        return None
    try:
        return _Rule(GitIgnoreSpec.from_lines([words[0]]), tuple(words[1:]))
    except ValueError:
        return None
