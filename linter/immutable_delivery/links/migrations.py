"""Migrations and what the default branch has had of them: whoever applied one never sees how it changed since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from immutable_delivery.facts import (
    Container,
    Fact,
    Migration,
    MigrationChange,
    Statement,
    Step,
    Unread,
)
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place

_NUMBER = lazy(r"\d{1,18}")
_ALIKE = frozenset(("migration", "up", "down"))
"""Names of files that all migrations of a tool have, each in a folder of its own."""
_BY_VERSION = frozenset(("flyway", "rails", "golang-migrate", "diesel", "alembic"))
"""Tools that know a migration by its version, whatever its file is called."""


class Earlier(Record, frozen=True, kw_only=True):
    """The migrations of one file, as the default branch has had them."""

    path: str
    first: tuple[Migration, ...]
    """As they first came there."""
    last: tuple[Migration, ...]
    """As they were there before what is judged."""
    commit: str = ""
    """The commit that made them what they were last."""


class Applied(Record, frozen=True, kw_only=True):
    """What is known of the default branch."""

    changed: tuple[Earlier, ...] = ()
    """The files that differ from any state that they had there."""
    gone: tuple[Earlier, ...] = ()
    """The files that are no longer here."""
    kept: frozenset[str] = frozenset()
    """The files that are here and there."""
    had: frozenset[str] = frozenset()
    """Those of them that it has had before what is judged came."""
    old: bool = True
    """Whether what the branch changed long ago is asked for too."""
    unknown: str = ""
    """Why nobody here can tell, for a person."""


Asked: TypeAlias = Callable[[Sequence[Migration]], Applied]
"""Tells what the default branch has had of migrations; it is asked where there is one."""


def link_migrations(facts: Sequence[Fact], asked: Asked) -> list[Fact]:
    """Return the facts, those of migrations with how they changed since the default branch had them."""
    here = [fact for fact in facts if isinstance(fact, Migration)]
    applied = asked(here)
    changed = {(one.used_at.file, one.name): one for one in _edited(here, applied)}
    changed |= {(one.used_at.file, one.name): one for one in _gone(here, applied)}
    linked = (_linked(fact, changed, applied.had) for fact in facts)
    return [*_owned(list(linked)), *_unknown(here, applied.unknown)]


def _owned(facts: list[Fact]) -> list[Fact]:
    """Return the facts, those of migrations with the Dockerfile whose image holds them: its service is theirs."""
    stages = [
        one
        for one in facts
        if isinstance(one, Container) and one.dockerfile and one.last and one.code
    ]
    owners: dict[str, str] = {}
    if not stages:
        return facts
    for fact in facts:
        path = fact.used_at.file
        if isinstance(fact, Migration) and path not in owners:
            owners[path] = _holding(path, stages)
    return [
        replace(fact, scope=replace(fact.scope, dockerfile=owner))
        if isinstance(fact, Migration | Statement) and (owner := owners.get(fact.used_at.file))
        else fact
        for fact in facts
    ]


def _holding(path: str, stages: Sequence[Container]) -> str:
    """Return the one Dockerfile that copies the nearest folder of a file; empty where none or several do."""
    found: dict[str, int] = {}
    for stage in stages:
        depths = [
            len(held)
            for _, held in stage.code
            if not held or path == held or path.startswith(f"{held}/")
        ]
        if depths:
            found[stage.dockerfile] = max(depths)
    nearest = [dockerfile for dockerfile, depth in found.items() if depth == max(found.values())]
    return nearest[0] if len(nearest) == 1 else ""


def _linked(fact: Fact, changed: Mapping[tuple[str, str], Migration], had: frozenset[str]) -> Fact:
    if isinstance(fact, Migration):
        return changed.get((fact.used_at.file, fact.name), fact)
    if isinstance(fact, Statement) and fact.used_at.file in had:
        return replace(fact, applied=True)
    return fact


def _unknown(here: Sequence[Migration], reason: str) -> Iterator[Unread]:
    """Say once, at the first migration, that nobody can tell."""
    if reason and here:
        first = min(here, key=lambda one: one.extent)
        place = first.extent.at(0, 0)
        yield Unread(
            used_at=place,
            extent=place,
            scope=first.scope,
            subject="history of migrations",
            reason=reason,
        )


def _edited(here: Iterable[Migration], applied: Applied) -> Iterator[Migration]:
    """Yield the migrations that do something else than they did when they first came to the default branch."""
    known = {one.path: one for one in applied.changed}
    for migration in here:
        earlier = known.get(migration.used_at.file)
        if earlier is None or migration.down or migration.repeatable or migration.dump:
            continue
        first, last = (_named(one, migration.name) for one in (earlier.first, earlier.last))
        if first is None or _same(migration, first):
            continue
        if last is not None and not _same(migration, last):
            yield _with(migration, "edited", _differs(migration, last))
        elif applied.old:
            yield _with(
                migration, "edited", _differs(migration, first), merged=True, commit=earlier.commit
            )


def _named(migrations: Iterable[Migration], name: str) -> Migration | None:
    return next((one for one in migrations if one.name == name), None)


def _same(one: Migration, other: Migration) -> bool:
    return other.repeatable or _digests(one) == _digests(other)


def _digests(migration: Migration) -> tuple[str, ...]:
    return tuple(step.digest for step in migration.steps)


def _with(
    migration: Migration, change: MigrationChange, place: Place, **fields: object
) -> Migration:
    return replace(migration, change=change, places={**migration.places, "steps": place}, **fields)


def _differs(migration: Migration, other: Migration) -> Place:
    """Return the first statement that the other does not have at that place; the last one where it has more."""
    pairs = zip(migration.steps, [*_digests(other), *("" for _ in migration.steps)], strict=False)
    found: Step | None = next((step for step, digest in pairs if step.digest != digest), None)
    found = found or (migration.steps[-1] if migration.steps else None)
    return migration.extent.at(found.start, found.end) if found else migration.extent.at(0, 0)


def _gone(here: Sequence[Migration], applied: Applied) -> Iterator[Migration]:
    """Yield a migration that is here for those that are gone: what took the place of one, or follows them."""
    left, lost = (
        defaultdict[Family, list[Migration]](list),
        defaultdict[Family, list[Migration]](list),
    )
    for migration in here:
        if not migration.down:
            left[family(migration)].append(migration)
    known = {identity for one in here for identity in _identities(one)}
    for one in (one for earlier in (*applied.gone, *applied.changed) for one in earlier.last):
        if not (one.down or one.repeatable or one.dump) and known.isdisjoint(_identities(one)):
            lost[family(one)].append(one)
    for key, missing in lost.items():
        yield from _told(missing, left[key], applied.kept)


def _identities(one: Migration) -> Iterator[Hashable]:
    """Yield what a migration is still there by: its name, or its version where that is what its tool knows it by."""
    yield one.used_at.file, one.name
    if one.tool in _BY_VERSION and one.version:
        yield family(one), one.version, _digests(one)


Family: TypeAlias = tuple[str, str]


def family(migration: Migration) -> Family:
    """Return what a migration is one of: its tool, and the folder that holds all of them."""
    folder, _, name = migration.used_at.file.rpartition("/")
    own = name.partition(".")[0] in _ALIKE
    return migration.tool, folder.rpartition("/")[0] if own else folder


def _told(
    missing: Sequence[Migration], left: Sequence[Migration], kept: frozenset[str]
) -> Iterator[Migration]:
    """Yield what stands for the missing ones of one folder: those that do just the same, and what follows the others."""
    twins = {_digests(one): one for one in left if one.steps and one.used_at.file not in kept}
    moved = {_digests(one): one for one in missing if _digests(one) in twins}
    for digests, one in moved.items():
        twin = twins[digests]
        yield _with(twin, "renumbered", twin.used_at, lost=one.name, lost_count=1)
    gone = sorted((one for one in missing if _digests(one) not in moved), key=_order)
    if gone and left:
        yield _following(gone, left, kept)


def _following(
    gone: Sequence[Migration], left: Sequence[Migration], kept: frozenset[str]
) -> Migration:
    """Return the migration at which it is told that others are gone, or are done otherwise under their version."""
    old = sorted((one for one in left if one.used_at.file in kept), key=_order)
    new = [one for one in left if one.used_at.file not in kept]
    twin = next((one for one in new if one.version and one.version == gone[-1].version), None)
    squashed = _are_prefix(gone, old) and (len(gone) > 1 or (bool(new) and twin is None))
    if twin is not None and not squashed:
        return _with(twin, "edited", _differs(twin, gone[-1]), lost=gone[-1].name)
    last = _order(gone[-1])
    after = next((one for one in old if _order(one) > last), (old or new)[-1])
    change: MigrationChange = "squashed" if squashed else "removed"
    name = gone[-1 if squashed else 0].name
    return _with(after, change, after.used_at, lost=name, lost_count=len(gone))


def _are_prefix(gone: Sequence[Migration], old: Sequence[Migration]) -> bool:
    """Whether nothing is left that came before one of these."""
    if any(one.follows for one in gone):
        versions = {one.version for one in gone}
        return all(one.follows in versions or not one.follows for one in gone)
    return all(one.version for one in gone) and all(_order(one) > _order(gone[-1]) for one in old)


def _order(migration: Migration) -> tuple[list[int], str]:
    """Return what sorts migrations as their tools apply them."""
    return [int(number) for number in _NUMBER.findall(migration.version)[:8]], migration.name
