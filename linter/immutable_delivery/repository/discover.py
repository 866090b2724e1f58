"""Which repository is judged, where its files come from, and which of them the caller named."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from os.path import (
    commonpath,
    lexists,
    realpath,
)  # pathlib raises for loops and long names
from pathlib import Path
from typing import TYPE_CHECKING

from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record, replace
from immutable_delivery.repository.classify import PathClass, classify, held_by
from immutable_delivery.repository.git import Git, find_git, is_outside, without_git
from immutable_delivery.repository.listing import folders_of
from immutable_delivery.repository.symlinks import is_folder, is_link
from immutable_delivery.repository.working import WorkingTree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import folder_of

if TYPE_CHECKING:
    from immutable_delivery.repository.tree import RepositoryFiles

__all__ = ["Tree", "classify", "open_tree"]


class Tree(Record, frozen=True):
    """A repository in one of its states; the whole of it is read, ``named`` is what the caller asks about."""

    root: Path
    files: RepositoryFiles
    git: Git | None = None
    named: frozenset[str] = frozenset()
    """Files and folders relative to the root; empty: everything."""
    commit: str = "HEAD"
    """The commit that it is, or that it stands on."""
    put_upon: str | None = None
    """The commit that the change which is judged comes after, "" for the first; None where all is judged."""

    def covers(self, path: str) -> bool:
        """Tell whether the caller asks about a file."""
        return not self.named or self.naming(path) is not None

    def skipped(self, path: str) -> PathClass:
        """Return the class for which a file is not judged, empty where it is.

        A named file is, and a named folder frees what lies in it from the class that the folder itself is of.
        """
        naming = self.naming(path)
        if naming == path:
            return ""
        above = f"{naming}/" if naming else ""
        holds = held_by(self.files.paths)
        return classify(path.removeprefix(above), lambda folder: holds(f"{above}{folder}"))

    def naming(self, path: str) -> str | None:
        """Return the nearest named path that is or holds a file, None where none does."""
        if path in self.named:
            return path
        folder = folder_of(path)
        while folder and folder not in self.named:
            folder = folder_of(folder)
        return folder if folder in self.named else None

    def relative(self, path: str, start: Path) -> str:
        """Return a path that a person wrote relative to the root; links in it are kept."""
        return _written(path, start, self.root) if path else ""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should know of what is read."""
        notices = list(getattr(self.files, "notices", ()))
        if self.git is None:
            missing = not is_outside(self.root) and not find_git()
            why = "git is not installed" if missing else "no git repository"
            notices.append(f"{why}: every file is read, none is known to be ignored")
        if self.files.submodules:
            names = ", ".join(shown(name) for name in self.files.submodules)
            notices.append(f"submodules are not read: {names}")
        return tuple(notices)


def open_tree(
    start: Path, *, paths: Sequence[str] = (), staged: bool = False, rev: str | None = None
) -> Tree:
    """Return the repository around ``start``, or around ``paths`` where they lie elsewhere.

    ``paths`` are as a person writes them, relative to ``start``. The files are those on the disk, those that are
    staged, or those of the commit ``rev``.
    """
    git = _repository(start, paths)
    if git is None:
        if staged or rev:
            raise UsageError(f"{without_git(start)}, so nothing is staged or committed")
        _refuse_two(start, paths)
        return _plain_tree(start, paths)
    if git.bare and not rev:
        raise UsageError(
            f"{shown(str(git.top))} is a bare repository: it has no files but those of a commit"
        )
    root = git.top.resolve()
    named = frozenset(_relative(path, start, root) for path in paths)
    if not staged and not rev:
        _require_on_disk(paths, start)
        return Tree(root, WorkingTree(root, git, named), git, named)
    from immutable_delivery.repository.objects import commit_files, commit_of, index_files  # noqa: PLC0415 (most runs judge what lies on the disk)

    commit = commit_of(git, rev) if rev else ""
    files = commit_files(git, commit) if commit else index_files(git)
    _require_listed(files, named, "committed" if rev else "staged")
    return Tree(root, files, git, named, commit or "HEAD")


def _refuse_two(start: Path, paths: Sequence[str]) -> None:
    """Refuse paths that lie in several repositories: each has its own configuration and its own names."""
    found = {path: Git.open(_nearest(start / path, followed=False)) for path in paths}
    tops = {git.top: path for path, git in found.items() if git is not None}
    if len(tops) > 1:
        one, other, *_ = map(shown, tops.values())
        raise UsageError(f"{one} and {other} lie in two repositories; judge them one by one")


def handed_over(tree: Tree, start: Path, path: str, data: bytes) -> Tree:
    """Return a tree in which the file at ``path``, relative to ``start``, holds these bytes, and which asks about that alone."""
    from immutable_delivery.repository.handed import HandedFiles  # noqa: PLC0415 (editors hand over)

    inside = tree.relative(path, start)
    files: RepositoryFiles = HandedFiles(tree.files, {inside: data}, (inside,))
    return replace(tree, files=files, named=frozenset({inside}))


def _plain_tree(start: Path, paths: Sequence[str]) -> Tree:
    _require_on_disk(paths, start)
    root = start.resolve()
    if not all(Path(realpath(root / path)).is_relative_to(root) for path in paths):
        root = _folder(start, paths)
    named = frozenset(_relative(path, start, root) for path in paths)
    return Tree(root, WorkingTree(root, None, named), None, named)


def _repository(start: Path, paths: Sequence[str]) -> Git | None:
    """Return the repository that the paths lie in, else the one that links among them lead to."""
    folder, followed = _folder(start, paths, followed=False), _folder(start, paths)
    return Git.open(folder) or (Git.open(followed) if followed != folder else None)


def _folder(start: Path, paths: Sequence[str], *, followed: bool = True) -> Path:
    """Return the folder that all paths have in common; links among them are followed, or stand where they are."""
    if not paths or "GIT_DIR" in os.environ:  # then git takes the folder where it runs for the top
        return start
    folders = [_nearest(start / path, followed=followed) for path in paths]
    try:
        return Path(commonpath(folders))
    except ValueError as error:
        raise UsageError(
            f"the paths have no folder in common: {shown(', '.join(paths))}"
        ) from error


def _nearest(path: Path, *, followed: bool) -> Path:
    """Return the folder of a path that exists: itself, or the nearest above."""
    folder = path if is_folder(path) and (followed or not is_link(path)) else path.parent
    while not is_folder(folder) and folder != folder.parent:
        folder = folder.parent
    return Path(realpath(folder))


def _relative(path: str, start: Path, root: Path) -> str:
    """Return a path that a person wrote relative to the root; a link to a file is itself, not what it leads to."""
    written = start / path
    own = is_link(written) and not is_folder(written)
    real = Path(realpath(written.parent), written.name) if own else Path(realpath(written))
    if not real.is_relative_to(root):
        raise UsageError(f"{shown(path)} lies outside of {shown(str(root))}")
    relative = real.relative_to(root).as_posix()
    return "" if relative == "." else relative


def _written(path: str, start: Path, root: Path) -> str:
    """Return a written path relative to the root, as it is spelt: who reads it decides about links."""
    spelt = Path(os.path.normpath(start.resolve() / path))
    if not spelt.is_relative_to(root):
        raise UsageError(f"{shown(path)} lies outside of {shown(str(root))}")
    return spelt.relative_to(root).as_posix()


def _require_on_disk(paths: Sequence[str], start: Path) -> None:
    for path in paths:
        if not lexists(start / path):
            raise UsageError(f"{shown(path)}: no such file or folder")


def _require_listed(files: RepositoryFiles, named: Collection[str], state: str) -> None:
    folders = folders_of(files.paths) | {""} if named else frozenset[str]()
    known = set(files.paths) if named else set[str]()
    for name in named:
        if name not in known and name not in folders:
            raise UsageError(f"{shown(name)}: no such file or folder is {state}")
