"""Who owns a file, by CODEOWNERS (https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners)."""

from __future__ import annotations

from functools import lru_cache

from pathspec import GitIgnoreSpec

from immutable_delivery.records import Record
from immutable_delivery.source.files import Files, read_text

_PLACES = (
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".gitea/CODEOWNERS",
)


class _Rule(Record, frozen=True):
    fits: GitIgnoreSpec
    below: GitIgnoreSpec
    """What lies too deep: `docs/*` speaks for the files of the folder alone, which is otherwise with git."""
    owners: tuple[str, ...]

    def speaks_for(self, path: str) -> bool:
        """Whether it says who owns a file."""
        return self.fits.match_file(path) and not self.below.match_file(path)


class Owners:
    """The owners of a repository: the last pattern that fits a file says who."""

    def __init__(self, files: Files) -> None:
        found = (read_text(files, path) for path in _PLACES)
        text = next((one.value for one in found if one is not None), "")
        self._rules = [rule for line in text.splitlines() if (rule := _rule(line)) is not None]
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, path: str) -> tuple[str, ...]:
        fitting = (rule.owners for rule in reversed(self._rules) if rule.speaks_for(path))
        return next(fitting, ())


def _rule(line: str) -> _Rule | None:
    """Return the rule of a line; headings of GitLab's sections, comments and broken patterns are none."""
    words = line.partition(" #")[0].split()
    if not words or words[0].startswith(("#", "[", "^[")):
        return None
    try:
        fits = GitIgnoreSpec.from_lines([words[0]])
        deep = [f"{words[0]}/"] if words[0].strip("/").endswith("/*") else []
        return _Rule(fits, GitIgnoreSpec.from_lines(deep), tuple(words[1:]))
    except ValueError:
        return None
