"""Which of the paths that changed a build takes in: through its context, what that leaves out, patterns and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from posixpath import normpath

from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Input, Recipe
from immutable_delivery.formats.dockerfile.ignorefile import Ignore, ignore_of
from immutable_delivery.repository.symlinks import MAX_HOPS
from immutable_delivery.source.files import above, below, folder_of
from immutable_delivery.syntax.globs import Glob, is_glob

_WHOLE = "."
_GIT = ".git"


class Taken:
    """What changed of one state, asked for what builds take in."""

    def __init__(self, state: State, touched: frozenset[str], other: State) -> None:
        self._state = state
        self._files = touched & state.paths
        self._changed = sorted(self._files | (state.folders - other.folders))
        self._ignores: dict[tuple[str, str], Ignore] = {}
        self._found: dict[tuple[str, str, str], str | None] = {}
        self._absent: dict[tuple[str, str], bool] = {}

    def ignore(self, recipe: Recipe, folder: str) -> Ignore:
        """Return the ignore file of a context."""
        key = (recipe.dockerfile.partition("#")[0] if folder == recipe.context else "", folder)
        if key not in self._ignores:
            self._ignores[key] = ignore_of(self._state.files, *key)
        return self._ignores[key]

    def by(self, recipe: Recipe, one: Input) -> str | None:
        """Return the first path that changed and that an input takes in; None where it takes none."""
        if one.folder is None:
            return None
        ignore = self.ignore(recipe, one.folder)
        pattern = one.pattern or _WHOLE
        key = (one.folder, ignore.path, pattern)
        if key not in self._found:
            found = self._within(self._changed, one.folder, pattern, ignore)
            self._found[key] = next(found, None)
        return self._found[key]

    def absent(self, one: Input) -> bool:
        """Whether nothing in the repository is what an input means: it is made before the build."""
        if one.folder is None or one.pattern is None or not one.pattern.strip("./"):
            return False
        key = one.folder, one.pattern
        if key not in self._absent:
            self._absent[key] = not self._is_there(*key)
        return self._absent[key]

    def _is_there(self, folder: str, pattern: str) -> bool:
        if is_glob(pattern):
            return any(self._globbed(self._state.every, folder, pattern))
        _, end = _followed(self._state, folder, pattern)
        inside = any(path in self._state.files.submodules for path in above(end))
        return inside or not end or end in self._state.paths or end in self._state.folders

    def takes_git(self, recipe: Recipe, one: Input) -> bool:
        """Whether an input takes in the repository's own history."""
        pattern = one.pattern or _WHOLE
        whole = pattern == _WHOLE or Glob(pattern).matches(_GIT)
        return one.folder == "" and whole and not self.ignore(recipe, "").excludes(_GIT)

    def all(self, recipe: Recipe, one: Input) -> frozenset[str]:
        """Return every file that an input takes in, changed or not."""
        if one.folder is None:
            return frozenset()
        ignore = self.ignore(recipe, one.folder)
        return frozenset(self._within(self._state.every, one.folder, one.pattern or _WHOLE, ignore))

    def _within(
        self, paths: Sequence[str], folder: str, pattern: str, ignore: Ignore
    ) -> Iterator[str]:
        """Yield those of sorted paths that a pattern means, as far as they are sent."""
        found = self._globbed if is_glob(pattern) else self._plain
        for path in found(paths, folder, pattern):
            inside = path.startswith(f"{folder}/") if folder else True
            if not inside or not ignore.excludes(_inner(folder, path)):
                yield path

    def _plain(self, paths: Sequence[str], folder: str, pattern: str) -> Iterator[str]:
        visited, end = _followed(self._state, folder, pattern)
        yield from (path for path in visited if path in self._files)
        # a folder on the way may have been a file or a link, or is a submodule
        yield from (path for path in above(end) if path in self._files)
        yield from below(paths, end)

    def _globbed(self, paths: Sequence[str], folder: str, pattern: str) -> Iterator[str]:
        parts = [Glob(part) for part in pattern.split("/")]
        head = _literal_head(pattern)
        for path in below(paths, _joined(folder, head)):
            if path != folder and _fits(parts, _inner(folder, path)):
                yield path
        for link in below(self._state.links, folder):
            if link != folder:
                yield from self._through(link, paths, folder, pattern)

    def _through(self, link: str, paths: Sequence[str], folder: str, pattern: str) -> Iterator[str]:
        """Yield what a pattern means behind a link that a part of it fits."""
        parts = _inner(folder, link).split("/")
        rest = pattern.split("/")
        if len(parts) > len(rest) or not all(
            Glob(one).matches(part) for one, part in zip(rest, parts, strict=False)
        ):
            return
        if link in self._files:
            yield link
        _, end = _followed(self._state, folder, _inner(folder, link))
        remains = [Glob(part) for part in rest[len(parts) :]]
        yield from (path for path in below(paths, end) if _fits(remains, _inner(end, path)))


def _followed(state: State, folder: str, path: str) -> tuple[list[str], str]:
    """Return the links on the way to a path of a context, and where it leads; nothing leads out of the context."""
    visited: list[str] = []
    rest, at = [part for part in path.split("/") if part not in {"", _WHOLE}][::-1], ""
    while rest:
        part = rest.pop()
        if part == "..":
            at = folder_of(at)
            continue
        here = f"{at}/{part}" if at else part
        target = state.files.link(_joined(folder, here))
        if target is None or len(visited) >= MAX_HOPS:
            at = here
            continue
        visited.append(_joined(folder, here))
        at = "" if target.startswith("/") else at
        rest += [one for one in target.split("/") if one not in {"", _WHOLE}][::-1]
    return visited, _joined(folder, at)


def taken_path(one: Input) -> str:
    """Return what an input takes in, relative to the root, for a person."""
    if one.folder is None or one.pattern is None:
        return one.text
    return _joined(one.folder, one.pattern) or _WHOLE


def _inner(folder: str, path: str) -> str:
    """Return a path relative to a folder that it lies in."""
    return path[len(folder) + 1 :] if folder else path


def _fits(parts: Sequence[Glob], path: str) -> bool:
    """Whether a pattern means a path, or a folder above it."""
    names = path.split("/") if path else []
    return len(names) >= len(parts) and all(
        one.matches(name) for one, name in zip(parts, names, strict=False)
    )


def _literal_head(pattern: str) -> str:
    """Return the folders that a pattern begins with before anything in it means more than itself."""
    plain: list[str] = []
    for part in pattern.split("/")[:-1]:
        if is_glob(part):
            break
        plain.append(part)
    return "/".join(plain)


def _joined(folder: str, path: str) -> str:
    joined = normpath(f"{folder}/{path}" if folder else path or _WHOLE)
    return "" if joined == _WHOLE else joined.lstrip("/")


def first_difference(one: Iterable[str], other: Iterable[str]) -> str | None:
    """Return the first path that is in one set alone."""
    return min(frozenset(one) ^ frozenset(other), default=None)
