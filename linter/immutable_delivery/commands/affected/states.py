"""The two states that are compared, and the paths at which they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from immutable_delivery.commands.affected.rereading import Rereader
from immutable_delivery.config import Config
from immutable_delivery.errors import UsageError
from immutable_delivery.facts import Applied, Build, Fact, Recipe
from immutable_delivery.links import lockfile
from immutable_delivery.links.link import link
from immutable_delivery.pipeline.examined import reading_settings
from immutable_delivery.pipeline.reader import ReadOptions, read_options
from immutable_delivery.pipeline.run import classifying
from immutable_delivery.pipeline.settings import Request, configured
from immutable_delivery.reading.project import Input, read
from immutable_delivery.records import Record, field
from immutable_delivery.repository import touched
from immutable_delivery.repository.ancestry import common_commit
from immutable_delivery.repository.compared import commit_or_shallow
from immutable_delivery.repository.discover import Tree, open_tree
from immutable_delivery.repository.git import Git, without_git
from immutable_delivery.repository.listing import folders_of
from immutable_delivery.repository.objects import ObjectFiles, commit_files, commit_of
from immutable_delivery.repository.origin import remote_of
from immutable_delivery.repository.tree import RepositoryFiles
from immutable_delivery.repository.working import WorkingTree
from immutable_delivery.source.escape import shown
from immutable_delivery.source.files import Texts
from immutable_delivery.source.text import Place

_LOCAL = frozenset({"compose", "devcontainer"})
"""Formats whose stacks for development run where developers sit."""
_NOBODY = "0"
"""What CI gives for the commit before the first: zeros."""


class State(Record, dict=True):
    """A repository at one time: its files, and what they say."""

    files: RepositoryFiles
    facts: Sequence[Fact] = ()
    builds: Sequence[Build] = ()
    recipes: Sequence[Recipe] = ()
    applied: Sequence[Applied] = ()
    looked_at: frozenset[str] = frozenset()
    """The files that were read for what they say."""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    """The files that a format claims."""
    remote: Callable[[], str] = str
    """Tells where the repository is from; empty where nothing says that."""

    @cached_property
    def texts(self) -> Texts:
        """The texts of its files."""
        return Texts(self.files)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Its files, links and submodules."""
        return frozenset(self.files.paths) | frozenset(self.files.submodules)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that hold them."""
        return folders_of(self.paths)

    @cached_property
    def every(self) -> Sequence[str]:
        """All of them, sorted."""
        return sorted(self.paths | self.folders)

    @cached_property
    def links(self) -> Sequence[str]:
        """Its symbolic links, sorted."""
        return [path for path in self.files.paths if self.files.link(path) is not None]

    @cached_property
    def deployed(self) -> Sequence[Fact]:
        """What it says of services that run; the stack of a developer's machine is no deploy, a cluster for development is."""
        return [
            fact
            for fact in self.facts
            if fact.scope.deployed
            and fact.scope.service
            and not self.local(fact.manifest, development=fact.scope.development)
        ]

    def local(self, manifest: str, *, development: bool) -> bool:
        """Whether what a manifest runs for development runs on the developers' own machines."""
        return development and self.format(manifest) in _LOCAL

    def format(self, path: str) -> str:
        """Return the format that a file is read as; empty where none reads it."""
        return self.inputs[path].format if path in self.inputs else ""

    def line(self, place: Place) -> int:
        """Return the line of a place, 0 where its file is not here."""
        text = self.texts.get(place.file)
        return text.line_of(place.span.start) if text else 0


class Compared(Record, frozen=True):
    """What is compared with what."""

    tree: Tree
    since: str = ""
    before: RepositoryFiles | None = None
    """None where nothing is known of what was before: then everything counts as affected."""
    touched: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()


def compared(start: Path, rev: str, *, uncommitted: bool, direct: bool) -> Compared:
    """Return the states to compare: the commit where ``rev`` and HEAD began, or ``rev`` itself, with HEAD or the working tree."""
    git = Git.open(start)
    if git is None:
        raise UsageError(f"{without_git(start)}, so there is no change to look at")
    tree = open_tree(start) if uncommitted else open_tree(start, rev="HEAD")
    if rev and not rev.strip(_NOBODY):
        return Compared(tree, notices=("there is no commit before the first: everything is new",))
    first = commit_or_shallow(git, rev)
    if first is None:
        why = "is not in this shallow clone: everything counts as affected; fetch the whole history (`fetch-depth: 0`, `GIT_DEPTH: 0`)"
        return Compared(tree, notices=(f"{shown(rev)} {why}",))
    head = commit_of(git, "HEAD")
    base = first if direct else common_commit(git, first, head)
    notices = _notices(rev, first, base)
    return Compared(
        tree,
        base or first,
        _older(git, base or first, tree),
        _paths(git, tree, base or first, head, uncommitted=uncommitted),
        notices,
    )


def _older(git: Git, commit: str, tree: Tree) -> RepositoryFiles:
    """Return the files of a commit; most of their bytes are those of the newer one."""
    batch = tree.files.batch if isinstance(tree.files, ObjectFiles) else None
    return commit_files(git, commit, alone=True, batch=batch)


def _notices(rev: str, first: str, base: str | None) -> tuple[str, ...]:
    if base is None:
        return (
            f"where {shown(rev)} and HEAD began is not in this clone's history: compared with {shown(rev)} itself",
        )
    if base != first:
        return (
            f"HEAD does not build on {shown(rev)}: compared with {base[:12]}, where both began; `--direct` compares with {shown(rev)} itself",
        )
    return ()


def _paths(git: Git, tree: Tree, old: str, new: str, *, uncommitted: bool) -> frozenset[str]:
    if uncommitted and isinstance(tree.files, WorkingTree):
        return touched.working(git, old, tree.files.untracked)
    return touched.between(git, old, new)


class Readers:
    """Reads states of a repository, all by the configuration of the newest."""

    def __init__(self, tree: Tree, request: Request, touched: frozenset[str]) -> None:
        self._tree, self._touched = tree, touched
        self._newer: Rereader | None = None
        self._config: Config = configured(tree.files, request)
        self._options: ReadOptions = read_options(tree, self._config, request, wholes=True)

    def state(self, files: RepositoryFiles) -> State:
        """Return what a state says."""
        config = self._config
        classify = classifying(self._tree, config)
        reader = Rereader(self._options.reader(files), self._touched, self._newer)
        project = read(files, classify, reader)
        self._newer = self._newer or reader
        facts = link(
            project.facts, project.builds, files, lockfile.read(files), reading_settings(config),
            remote=self._remote,
        )  # fmt: skip
        told = project.builds, project.recipes, project.applied, project.looked_at
        return State(files, facts, *told, project.inputs, self._remote)

    def _remote(self) -> str:
        return remote_of(self._tree.git)

    def close(self) -> None:
        """Leave what is known for the next run."""
        self._options.close()
