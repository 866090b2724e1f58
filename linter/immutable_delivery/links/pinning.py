"""The repository as a whole: how many references are fixed by digest or commit, and what is configured to move them."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Fact, Image, Project, Source
from immutable_delivery.source.files import Files, lies_here
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Updaters


def link_pinning(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return the facts, and one of the repository where it fixes anything."""
    fixed = {
        fact.place_of("digest", "ref"): fact
        for fact in facts
        if isinstance(fact, Image | Source) and fact.pin == "digest"
    }
    if not fixed:
        return list(facts)
    first = min(fixed)
    updaters = tuple(
        name for name, paths in known(Updaters).moving.items() if _any_there(paths, files)
    )
    project = Project(
        used_at=first,
        extent=fixed[first].extent,
        scope=fixed[first].scope,
        updaters=updaters,
        digests=len(fixed),
    )
    return [*facts, project]


def _any_there(paths: Sequence[str], files: Files) -> bool:
    return any(lies_here(files, path) for path in paths)
