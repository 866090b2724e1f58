"""Which files a working tree has, and what git says of each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from immutable_delivery.files import State, folder_of
from immutable_delivery.git import Git
from immutable_delivery.names import shown
from immutable_delivery.trees.walk import walk

GITLINK = b"160000"


@dataclass(frozen=True)
class Listing:
    """The files of a working tree by what version control says of them."""

    tracked: frozenset[str]
    untracked: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    """Ignored, but somebody asked for them."""
    submodules: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    """Repositories that lie in the tree and are no submodules."""
    notices: tuple[str, ...] = field(default=())

    @cached_property
    def paths(self) -> Sequence[str]:
        """Every file, sorted."""
        return sorted(self.tracked | self.untracked | self.named)

    def state(self, path: str) -> State | None:
        """Tell the state of a file or folder; None where git lists nothing of that name."""
        if path in self.tracked or path in self._tracked_folders:
            return "tracked"
        if path in self.untracked or path in self._untracked_folders:
            return "untracked"
        if _below(path, self.submodules):
            return "tracked"
        return "untracked" if _below(path, self.nested) else None

    @cached_property
    def _tracked_folders(self) -> frozenset[str]:
        return folders_of(self.tracked) | {""}

    @cached_property
    def _untracked_folders(self) -> frozenset[str]:
        return folders_of(self.untracked)


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Return every folder above some path."""
    folders: set[str] = set()
    for path in paths:
        folder = folder_of(path)
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder_of(folder)
    return frozenset(folders)


def list_git(git: Git, root: str, named: Sequence[str]) -> Listing:
    """Ask git, in one go, for the files that it tracks, misses and does not ignore."""
    options = ("-z", "-t", "--stage", "--cached", "--others", "--deleted", "--exclude-standard")
    output, words = git.listing("ls-files", *options)
    tracked, untracked, gone, modules = set(), set(), set(), set()
    for record in output.split(b"\0")[:-1]:
        tag, rest = record[:1], record[2:]
        if tag == b"?":
            untracked.add(os.fsdecode(rest))
            continue
        about, _, name = rest.partition(b"\t")
        path = os.fsdecode(name)
        {b"R": gone}.get(tag, modules if about.startswith(GITLINK) else tracked).add(path)
        if tag == b"S" and not os.path.lexists(f"{root}/{path}"):  # left out by a sparse checkout
            gone.add(path)
    nested = {path for path in untracked if path.endswith("/")}
    known = Listing(
        tracked=frozenset(tracked - gone),
        untracked=frozenset(untracked - nested),
        submodules=tuple(sorted(modules)),
        nested=tuple(sorted(path.rstrip("/") for path in nested)),
        notices=words,
    )
    return known
