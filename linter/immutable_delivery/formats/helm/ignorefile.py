""".helmignore: what of a folder is no part of the chart, by Helm's own rules."""

from __future__ import annotations

from posixpath import basename

from immutable_delivery.records import Record
from immutable_delivery.syntax.globs import Glob

NAME = ".helmignore"
_ALWAYS = "templates/.?*"


class _Rule(Record, frozen=True):
    glob: Glob
    rooted: bool
    folders: bool
    negated: bool

    def fits(self, path: str) -> bool:
        return self.glob.matches(path if self.rooted else basename(path))

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether a rule leaves a path out; a negated one leaves out all that does not fit it, as Helm has it."""
        wrong = self.folders and not folder
        if self.negated:
            return wrong or not self.fits(path)
        return not wrong and self.fits(path)


class Ignored:
    """The rules of one file."""

    def __init__(self, text: str) -> None:
        self._rules = [_rule(line.strip()) for line in [*text.splitlines(), _ALWAYS] if _says(line)]
        self._folders: dict[str, bool] = {"": False}

    def __contains__(self, path: str) -> bool:
        """Whether a file is left out, by itself or with a folder above it."""
        return self._folder(path.rpartition("/")[0]) or self._ignores(path, folder=False)

    def _folder(self, path: str) -> bool:
        if path not in self._folders:
            above = path.rpartition("/")[0]
            self._folders[path] = self._folder(above) or self._ignores(path, folder=True)
        return self._folders[path]

    def _ignores(self, path: str, *, folder: bool) -> bool:
        return any(rule.ignores(path, folder=folder) for rule in self._rules)


def _says(line: str) -> bool:
    line = line.strip()
    return bool(line) and not line.startswith("#") and "**" not in line


def _rule(line: str) -> _Rule:
    pattern = line.removeprefix("!")
    folders = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    rooted = "/" in pattern
    return _Rule(Glob(pattern.removeprefix("/")), rooted, folders, line.startswith("!"))
