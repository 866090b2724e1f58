"""Which facts belong to one service: joined by what is built and run, by names that lie together, by the meta file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from immutable_delivery.facts import (
    Build,
    Container,
    Contract,
    Fact,
    Image,
    Job,
    Made,
    Scope,
    Service,
    Unread,
)  # fmt: skip
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import folder_of

T = TypeVar("T", bound=Fact)

Key = tuple[str, str, str]
"""How facts of one file family name a service: family (deploy, image), folder or Dockerfile, name."""


MAIN = frozenset({"container", "contract"})
"""Roles of the images that are the service: what starts before it, or beside it, is none."""


class Called(Record, frozen=True):
    """What one service is called, and what decides whether its short name alone tells it from others."""

    name: str
    short: str
    delivered: bool
    whole: bool
    """Whether it is both built and run here."""
    keys: frozenset[Key]


class Linked(Record, frozen=True):
    """What was found to belong together."""

    owners: Mapping[Key, tuple[str, ...]]
    """The services of each key."""
    repositories: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The services that an image is of."""
    made: Mapping[str, tuple[Made, ...]] = field(default_factory=dict)
    """What each service is made of."""
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a service could be linked with, and why it is not."""
    called: Sequence[Called] = ()
    """What the services are called."""


def delivers(fact: Fact) -> bool:
    """Whether there is a service where there is such a fact; a secret or a role of that name is none."""
    return isinstance(fact, Container | Contract | Image)


def link_services(
    facts: Sequence[Fact],
    builds: Sequence[Build],
    others: Sequence[Called] = (),
    remote: Callable[[], str] = str,
) -> tuple[list[Fact], Sequence[Called]]:
    """Return the facts with the names of their services, and a fact per service; and what those are called beside ``others``.

    ``remote`` tells where the repository comes from.
    """
    keys = _keys(facts)
    linked = _linked(facts, keys, builds, others, remote)
    named = _named(facts, keys, linked)
    return [*named, *_services(named, linked)], linked.called


def _keys(facts: Sequence[Fact]) -> Sequence[Key | None]:
    """Return how each fact names its service."""
    keys = [key_of(fact) for fact in facts]
    delivered = {key for fact, key in zip(facts, keys, strict=True) if isinstance(fact, Container)}
    if all(
        key in delivered for fact, key in zip(facts, keys, strict=True) if isinstance(fact, Image)
    ):
        return keys
    from immutable_delivery.links.deployers import with_runners  # noqa: PLC0415 (few images stand without a container)

    return with_runners(facts, keys)


def _linked(
    facts: Sequence[Fact],
    keys: Sequence[Key | None],
    builds: Sequence[Build],
    others: Sequence[Called],
    remote: Callable[[], str],
) -> Linked:
    """Tell what belongs together; one name alone is the service."""
    one = next(filter(None, keys), None)
    if not builds and not others and one and set(keys) <= {one, None}:
        return _alone(one, facts)
    from immutable_delivery.links.connections import linked  # noqa: PLC0415 (one container has none)

    return linked(facts, keys, builds, others, remote)


def _alone(key: Key, facts: Sequence[Fact]) -> Linked:
    name = key[2] or _of_dockerfile(key[1])
    delivered = any(key_of(fact) and delivers(fact) for fact in facts)
    called = Called(name, name, delivered, whole=False, keys=frozenset((key,)))
    return Linked({key: (name,)}, called=(called,))


def _of_dockerfile(path: str) -> str:
    from immutable_delivery.links.servicenames import of_folder  # noqa: PLC0415 (what is deployed has its name)

    return of_folder(path)


def _named(facts: Sequence[Fact], keys: Sequence[Key | None], linked: Linked) -> list[Fact]:
    """Give facts the names of their services; those of one scope share the new one too."""
    scopes: dict[tuple[int, tuple[str, ...]], Scope] = {}
    named = []
    for fact, key in zip(facts, keys, strict=True):
        owners = linked.owners[key] if key else _of_job(fact, linked)
        if not owners:
            named.append(fact)
            continue
        same = (id(fact.scope), owners)
        if same not in scopes:
            scopes[same] = replace(fact.scope, service=owners[0], also=owners[1:])
        named.append(replace(fact, scope=scopes[same]))
    return named


def _of_job(fact: Fact, linked: Linked) -> tuple[str, ...]:
    """Return the services whose images a job makes."""
    if not isinstance(fact, Job):
        return ()
    made = (one.image for one in (*fact.builds, *fact.pushes) if one.image)
    names = {name_and_tag(image)[0] for image in made}
    return tuple(sorted({one for name in names for one in linked.repositories.get(name, ())}))


def key_of(fact: Fact) -> Key | None:
    """Return how a fact names its service: what it deploys, or the Dockerfile that it is part of."""
    if fact.scope.service:
        return ("deploy", folder_of(fact.manifest), fact.scope.service)
    if isinstance(fact, Contract):
        return ("deploy", folder_of(fact.manifest), fact.name)
    return ("image", fact.scope.dockerfile, "") if fact.scope.dockerfile else None


def by_service(facts: Iterable[T]) -> defaultdict[str, list[T]]:
    """Return the facts of every service."""
    found: defaultdict[str, list[T]] = defaultdict(list)
    for fact in facts:
        for name in fact.scope.services:
            found[name].append(fact)
    return found


def _is_unread_build(fact: Fact) -> bool:
    return isinstance(fact, Unread) and fact.subject == "build"


def _services(facts: Sequence[Fact], linked: Linked) -> list[Service]:
    return [
        _service(name, members, linked)
        for name, members in sorted(by_service(facts).items())
        if any(map(delivers, members))
    ]


def _service(name: str, facts: Sequence[Fact], linked: Linked) -> Service:
    first = min(facts, key=lambda fact: (not isinstance(fact, (Container, Contract)), fact.used_at))
    own = [fact for fact in facts if not isinstance(fact, Job)]
    names = [fact.place_of("name") for fact in own if isinstance(fact, Container) and fact.runs]
    environments = tuple(sorted({env for fact in own for env in fact.scope.environments}))
    return Service(
        used_at=first.used_at, extent=first.extent, name=name, places={"name": min(names)} if names else {},
        scope=replace(Scope(), owner=name, service=name, environments=environments),
        builds=any(fact.scope.dockerfile or _is_unread_build(fact) for fact in facts),
        runs=any(fact.scope.deployed for fact in facts),
        references=tuple(sorted({one.text for one in own if isinstance(one, Image) and one.scope.deployed and one.role in MAIN})),
        makes=linked.made.get(name, ()),
        doubtful=linked.doubts.get(name, ()),
    )  # fmt: skip
