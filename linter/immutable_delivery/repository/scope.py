"""What one run judges, and what it compares that with: everything, what is staged, a range, or all since a commit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from immutable_delivery.records import Record
from immutable_delivery.repository.discover import Tree, open_tree
from immutable_delivery.source.files import MarkedFiles

if TYPE_CHECKING:
    from immutable_delivery.repository.changes import Changes


class Beside(Record, frozen=True):
    """Another state that a change comes from, as the other parent of a merge is, and what the change adds to that."""

    changes: Changes
    files: MarkedFiles


class Scope(Record, frozen=True):
    """A tree to judge, and the change that limits what is reported of it."""

    tree: Tree
    changes: Changes | None = None
    """None: everything is reported."""
    before: MarkedFiles | None = None
    """The files before the change; None where nothing is compared."""
    beside: tuple[Beside, ...] = ()
    """What others brought before: what is found there too is not of the change."""
    notice: str = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should know of this run."""
        return (*self.tree.notices, *([self.notice] if self.notice else []))


def open_scope(
    start: Path,
    *,
    paths: Sequence[str] = (),
    staged: bool = False,
    since: str | None = None,
    commits: tuple[tuple[str, ...], str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Scope:
    """Return what to judge; ``paths`` are relative to ``start``.

    ``staged`` is the hook's mode: pre-commit's range where its environment names one, else the index against HEAD,
    and where nothing is staged the whole project, for then nobody asked about a change. ``commits`` are those of a
    push: all that it comes from, and what it leads to; all of that where it comes from nothing.
    """
    if not staged and since is None and commits is None:
        return Scope(open_tree(start, paths=paths))
    from immutable_delivery.repository.compared import compared  # noqa: PLC0415 (most runs judge everything)

    return compared(start, paths, staged=staged, since=since, commits=commits, environ=environ)
