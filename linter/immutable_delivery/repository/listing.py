"""Which files a working tree has, and what git says of each."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from immutable_delivery.records import Record, field, replace
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.symlinks import is_folder
from immutable_delivery.repository.walk import walk
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import State, folder_of

GITLINK = b"160000"


class Entry(Record, frozen=True):
    """One file of the index or a commit."""

    mode: bytes
    oid: bytes


class Listing(Record, frozen=True, dict=True):
    """The files of a working tree by what version control says of them."""

    tracked: frozenset[str]
    untracked: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    """Ignored, but somebody asked for them."""
    submodules: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    """Repositories that lie in the tree and are no submodules."""
    stored: Mapping[str, Entry] = field(default_factory=dict)
    """Tracked files that git leaves out of the tree (sparse checkouts, skip-worktree): it has them all the same."""
    notices: tuple[str, ...] = ()
    """What kept the listing from being whole."""

    @cached_property
    def paths(self) -> Sequence[str]:
        """Every file, sorted."""
        return sorted(self.tracked | self.untracked | self.named)

    def lists(self, path: str) -> bool:
        """Tell whether a path is a file, or a folder of files, that version control does not ignore."""
        files = path in self.tracked or path in self.untracked
        return files or path in self._tracked_folders or path in self._untracked_folders

    def state(self, path: str) -> State | None:
        """Tell the state of a file or folder; None where git lists nothing of that name."""
        if path in self.tracked or path in self._tracked_folders:
            return "tracked"
        if path in self.untracked or path in self._untracked_folders:
            return "untracked"
        if below(path, self.submodules):
            return "tracked"
        return "untracked" if below(path, self.nested) else None

    @cached_property
    def _tracked_folders(self) -> frozenset[str]:
        return folders_of((*self.tracked, *self.submodules)) | {""}

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


def list_git(git: Git, root: str, named: Collection[str]) -> Listing:
    """Ask git, in one go, for the files that it tracks, misses and does not ignore."""
    options = ("-z", "-t", "--stage", "--cached", "--others", "--deleted", "--exclude-standard")
    answer = git.run("ls-files", *options)
    tracked, others, gone, modules = set[str](), set[str](), set[str](), set[str]()
    stored: dict[str, Entry] = {}
    for record in answer.out.split(b"\0")[:-1]:
        tag, about, path = _record(record)
        if tag == b"?":
            others.add(path)
        elif tag == b"S" and not os.path.lexists(f"{root}/{path}"):
            mode, oid, *_ = about.split()
            stored[path] = Entry(mode, oid)
        elif tag == b"R":
            gone.add(path)
        else:
            (modules if about.startswith(GITLINK) else tracked).add(path)
    untracked = frozenset(path for path in others if not path.endswith("/"))
    listing = Listing(
        tracked=frozenset(tracked - gone - folders_of(untracked)) | stored.keys(),
        untracked=untracked,
        submodules=tuple(sorted(modules)),
        nested=tuple(sorted(path[:-1] for path in others if path.endswith("/"))),
        stored=stored,
        notices=tuple(_words(answer.words)),
    )
    return replace(listing, named=frozenset(_unlisted(listing, root, named)))


def list_walk(root: str, named: Collection[str]) -> Listing:
    """List what lies in the folders that are named, in all of the root where none is."""
    notices: list[str] = []
    asked = {name for name in named if not is_folder(f"{root}/{name}")}
    folders = {folder_of(name) for name in asked} | (set(named) - asked) or {""}
    files = {path for folder in sorted(folders) for path in walk(root, folder, notices)}
    return Listing(tracked=frozenset(files | asked), notices=tuple(notices))


def _words(said: str) -> Iterator[str]:
    return (shown(line.removeprefix("warning: ")) for line in said.splitlines())


def _record(record: bytes) -> tuple[bytes, bytes, str]:
    """Return the tag, mode and object, and path of a line of git ls-files."""
    tag, rest = record[:1], record[2:]
    if tag == b"?":
        return tag, b"", os.fsdecode(rest)
    about, _, name = rest.partition(b"\t")
    return tag, about, os.fsdecode(name)


def _unlisted(listing: Listing, root: str, named: Collection[str]) -> Iterator[str]:
    """Yield the files of named paths that git does not list: ignored ones, and those of other repositories."""
    for name in named:
        if not name or listing.lists(name):
            continue
        if is_folder(f"{root}/{name}"):
            yield from walk(root, name)
        else:
            yield name


def below(path: str, folders: Iterable[str]) -> bool:
    """Tell whether a path is one of the folders or lies in one."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
