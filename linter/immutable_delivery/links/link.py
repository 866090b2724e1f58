"""The links in their order: each sees what the ones before it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from immutable_delivery.context import TRUSTED, UNCONFIGURED, ReadingSettings, Trust
from immutable_delivery.facts import (
    Build,
    Command,
    Contract,
    Fact,
    Image,
    Migration,
    Mount,
    Service,
    Source,
)
from immutable_delivery.links.builds import link_builds
from immutable_delivery.links.buildtools import link_build_tools
from immutable_delivery.links.defaults import link_defaults
from immutable_delivery.links.development import link_development, link_substituted
from immutable_delivery.links.feeding import link_feeding
from immutable_delivery.links.idle import link_idle
from immutable_delivery.links.locked import link_locked
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.links.runners import link_runners
from immutable_delivery.links.services import link_services
from immutable_delivery.links.starts import link_starts
from immutable_delivery.links.switches import link_switches
from immutable_delivery.links.unread import link_unread
from immutable_delivery.links.updaters import link_updaters
from immutable_delivery.links.users import link_users
from immutable_delivery.links.witness import Witness
from immutable_delivery.records import Record
from immutable_delivery.source.files import Files
from immutable_delivery.tables import extended_by

if TYPE_CHECKING:
    from immutable_delivery.links.migrations import Asked
    from immutable_delivery.links.past import Past
    from immutable_delivery.links.services import Called

Remote: TypeAlias = Callable[[], str]
"""Tells where the repository comes from; it is asked where a source could be the repository itself."""


Recall: TypeAlias = "Callable[[], Past]"
"""Opens the history of the repository; it is asked for where a service has something to compare."""


def unknown() -> str:
    """Tell that nobody knows where the repository comes from."""
    return ""


class Rest(Record, frozen=True):
    """What is known already of the services of a repository beside those that are linked."""

    called: Sequence[Called] = ()
    services: Sequence[Service] = ()
    told_twice: bool = False
    """Whether two files may speak of one of them."""


class Near(Record, frozen=True):
    """Facts linked with each other, but for what is said of the repository as a whole."""

    facts: Sequence[Fact]
    called: Sequence[Called]
    told_twice: bool
    contents: frozenset[str]
    """The files that were read for it, but for those that the facts stand in."""
    listing: bool
    """Whether it depends on which files there are."""
    history: bool
    """Whether it depends on what the repository was before."""


ALL: Final = Rest()


def link(
    facts: Sequence[Fact],
    builds: Sequence[Build],
    files: Files,
    lock: Lock,
    settings: ReadingSettings = UNCONFIGURED,
    trust: Trust = TRUSTED,
    remote: Remote = unknown,
    recall: Recall | None = None,
    asked: Asked | None = None,
) -> list[Fact]:
    """Return the facts of a repository with everything that one fact alone cannot know."""
    near = link_near(facts, builds, files, lock, settings, trust, remote, recall, asked)
    return link_far(near.facts, files)


def link_near(
    facts: Sequence[Fact],
    builds: Sequence[Build],
    files: Files,
    lock: Lock,
    settings: ReadingSettings = UNCONFIGURED,
    trust: Trust = TRUSTED,
    remote: Remote = unknown,
    recall: Recall | None = None,
    asked: Asked | None = None,
    rest: Rest = ALL,
) -> Near:
    """Link facts with each other: those of a repository, or those of a part that nothing ties to the ``rest``."""
    there = Witness(files)
    with extended_by(settings.tables):
        own = _migrated(_released(_commanded(facts, builds)), asked and there.noted(asked))
        own = _sourced(own, there, remote, trust)
        named, called = link_services(own, builds, rest.called, remote)
        linked: Sequence[Fact] = link_development(_described(named), builds, trust)
        linked = link_substituted(linked, builds)
        linked = link_updaters(link_switches(linked, settings))
        linked = link_starts(link_locked(linked, lock), builds, lock)
        linked = link_defaults(link_build_tools(link_runners(linked, there)), files)
        linked = link_users(link_feeding(link_idle(linked, builds, lock)))
        linked = _mounted(linked, there)
        twice = rest.told_twice or is_told_of_twice(linked)
        if twice:
            linked = _delivered(linked, builds, lock, settings, there, recall, rest)
        linked = _contradicted(linked, builds)
        linked = link_builds(linked, builds, there)
    contents = frozenset(there.contents)
    return Near(linked, called, twice, contents, there.listing, there.history)


def link_far(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return linked facts, and those about the repository as a whole: what moves its pins, what nobody read in it."""
    return link_unread(_pinned(facts, files))


def _released(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Link charts with what releases them, where any lies here."""
    if not any(fact.scope.defaults for fact in facts):
        return facts
    from immutable_delivery.links.charts import link_charts  # noqa: PLC0415 (most repositories have none)

    return link_charts(facts)


def _delivered(
    facts: Sequence[Fact],
    builds: Sequence[Build],
    lock: Lock,
    settings: ReadingSettings,
    there: Witness,
    recall: Recall | None,
    rest: Rest,
) -> Sequence[Fact]:
    """Link what makes, starts and runs services, where more than one file can tell."""
    from immutable_delivery.links.delivered import Told, link_delivered  # noqa: PLC0415 (one manifest alone agrees with itself)
    from immutable_delivery.links.past import NO_PAST  # noqa: PLC0415 (as above)

    past = there.recalled(recall() if recall else NO_PAST)
    return link_delivered(facts, builds, Told(lock, settings, past, rest.services))


def is_told_of_twice(facts: Iterable[Fact]) -> bool:
    """Whether two files may speak of one service: one builds what another runs, one is for an environment, or a meta file."""
    return any(
        isinstance(fact, Contract)
        or fact.scope.environments
        or (isinstance(fact, Service) and fact.makes and fact.runs)
        for fact in facts
    )


def _described(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Link meta files, where there are some."""
    if not any(isinstance(fact, Contract) for fact in facts):
        return facts
    from immutable_delivery.links.contracts import link_contracts  # noqa: PLC0415 (many repositories have none)

    return link_contracts(facts)


def _migrated(facts: Sequence[Fact], asked: Asked | None) -> Sequence[Fact]:
    """Link migrations with what the default branch has had of them, where there are any."""
    if asked is None or not any(isinstance(fact, Migration) for fact in facts):
        return facts
    from immutable_delivery.links.migrations import link_migrations  # noqa: PLC0415 (many repositories have none)

    return link_migrations(facts, asked)


def _contradicted(facts: Sequence[Fact], builds: Sequence[Build]) -> Sequence[Fact]:
    """Link meta files with what says otherwise, where there are some."""
    if not any(isinstance(fact, Contract) for fact in facts):
        return facts
    from immutable_delivery.links.contradictions import link_contradictions  # noqa: PLC0415 (as above)

    return link_contradictions(facts, builds)


def _mounted(facts: Sequence[Fact], files: Files) -> Sequence[Fact]:
    """Link what is mounted, and what moves files there, where anything does."""
    if not any(isinstance(fact, Mount | Command) for fact in facts):
        return facts
    from immutable_delivery.links.mounts import link_mounts  # noqa: PLC0415 (most Dockerfiles mount nothing)
    from immutable_delivery.links.proxies import link_proxies  # noqa: PLC0415
    from immutable_delivery.links.volumes import link_volumes  # noqa: PLC0415

    return link_volumes(link_mounts(link_proxies(facts), files), files)


def _sourced(facts: Sequence[Fact], files: Files, remote: Remote, trust: Trust) -> Sequence[Fact]:
    """Link what is taken from elsewhere, where anything is."""
    if not any(isinstance(fact, Source) for fact in facts):
        return facts
    from immutable_delivery.links import sources  # noqa: PLC0415 (many repositories take nothing)

    linked = sources.link_overlays(sources.link_sources(facts, files, remote))
    return sources.link_own(sources.link_environments(linked, trust), files, remote)


def _commanded(facts: Sequence[Fact], builds: Sequence[Build]) -> Sequence[Fact]:
    """Link what commands outside of containers do, where there are some."""
    if not any(fact.scope.alone or fact.scope.phase == "pipeline" for fact in facts):
        return facts
    from immutable_delivery.links.alone import link_alone  # noqa: PLC0415 (many runs read no commands)
    from immutable_delivery.links.localbuilds import link_local_builds  # noqa: PLC0415
    from immutable_delivery.links.pipelines import link_pipelines  # noqa: PLC0415

    return link_pipelines(link_local_builds(link_alone(facts), builds))


def _pinned(facts: Sequence[Fact], files: Files) -> Sequence[Fact]:
    """Link what is fixed by digest or commit with what moves it, where anything is."""
    if not any(isinstance(fact, Image | Source) and fact.pin == "digest" for fact in facts):
        return facts
    from immutable_delivery.links.pinning import link_pinning  # noqa: PLC0415 (many repositories fix nothing)

    return link_pinning(facts, files)
