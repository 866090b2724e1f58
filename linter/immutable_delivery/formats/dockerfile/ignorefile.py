"""`.dockerignore`: what a build context leaves out, by Docker's own rules (github.com/moby/patternmatcher)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from posixpath import normpath

from immutable_delivery.records import Record
from immutable_delivery.source.files import Files, read_text
from immutable_delivery.syntax.globs import Glob


class _Rule(Record, frozen=True):
    glob: Glob
    keeps: bool

    def fits(self, names: Collection[str]) -> bool:
        """Whether it is about one of these paths."""
        if self.glob.literal:
            return self.glob.head in names
        return any(map(self.glob.matches, names))


class Ignore:
    """The rules of one ignore file; ``path`` is "" where there is none."""

    __slots__ = ("_rules", "path")

    def __init__(self, path: str = "", text: str = "") -> None:
        self.path = path
        self._rules = _rules(text)

    @property
    def keeps(self) -> bool:
        """Whether it lets something in again."""
        return any(rule.keeps for rule in self._rules)

    @property
    def kept(self) -> Iterator[str]:
        """The paths, relative to the context, that it lets in again by their names."""
        return (rule.glob.head for rule in self._rules if rule.keeps and rule.glob.literal)

    def excludes(self, path: str) -> bool:
        """Whether a path, relative to the context, stays out: a rule fits it or a folder above it."""
        folders = path.split("/")
        names = {"/".join(folders[:count]) for count in range(len(folders), 0, -1)}
        excluded = False
        for rule in self._rules:
            if rule.keeps == excluded and rule.fits(names):
                excluded = not rule.keeps
        return excluded


def ignore_of(files: Files, dockerfile: str, context: str) -> Ignore:
    """Return the ignore file of a build: the Dockerfile's own one goes before that of the context."""
    folder = f"{context}/" if context else ""
    podman = "containerfile" in dockerfile.rpartition("/")[2].lower()
    names = [f"{dockerfile}.dockerignore", f"{folder}.dockerignore"]
    if podman:
        names = [f"{dockerfile}.containerignore", f"{folder}.containerignore", *names]
    for name in names:
        text = read_text(files, name)
        if text is not None:
            return Ignore(name, text.value)
    return Ignore()


@lru_cache(maxsize=64)
def _rules(text: str) -> tuple[_Rule, ...]:
    """Return the rules of a file, which many Dockerfiles may share."""
    return tuple(_each(text))


def _each(text: str) -> Iterator[_Rule]:
    for line in text.split("\n"):
        pattern = "" if line.startswith("#") else line.strip()
        keeps = pattern.startswith("!")
        pattern = pattern[keeps:].strip()
        if pattern:
            yield _Rule(Glob(_clean(pattern), deep=True), keeps)


def _clean(pattern: str) -> str:
    """Return the shortest form of a pattern, relative to the context."""
    return normpath(pattern).lstrip("/") or "."
