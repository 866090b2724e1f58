"""Everything that is known of each service: what makes it, what starts it, what each environment runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from immutable_delivery.context import ReadingSettings
from immutable_delivery.facts import Build, Contract, Fact, Service
from immutable_delivery.links.agreement import Known, commands_of
from immutable_delivery.links.localstack import Elsewhere
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.links.past import Past
from immutable_delivery.links.promotion import promoted
from immutable_delivery.links.replaced import replaced
from immutable_delivery.links.running import Order, images_of
from immutable_delivery.links.startcommands import Places, Stages
from immutable_delivery.records import Record, replace


class Told(Record, frozen=True):
    """What else tells of services: registries, the configuration, history."""

    lock: Lock
    settings: ReadingSettings
    past: Past
    beside: Sequence[Service] = ()
    """Services that are complete already."""


def link_delivered(facts: Sequence[Fact], builds: Sequence[Build], told: Told) -> list[Fact]:
    """Return the facts with every service complete."""
    members = _members(facts)
    known = Known(Stages.of(facts, builds), Places.of(facts), told.lock)
    configured = tuple(one.name for one in told.settings.environments)
    services = [fact for fact in facts if isinstance(fact, Service)]
    orders = {one.name: Order.of(members[one.name], configured) for one in services}
    running = [_complete(one, members[one.name], orders[one.name], known) for one in services]
    running = _described(running)
    elsewhere = Elsewhere.of([*running, *told.beside])
    compared = [replaced(elsewhere.compared(one)) for one in promoted(running, orders, told.past)]
    done = iter(compared)
    return [next(done) if isinstance(fact, Service) else fact for fact in facts]


def _complete(service: Service, members: Sequence[Fact], order: Order, known: Known) -> Service:
    commands = tuple(
        replace(one, environments=tuple(sorted(one.environments, key=order.position)))
        for one in commands_of(service, members, known)
    )
    contracts = sorted({one.used_at.file for one in members if isinstance(one, Contract)})
    return replace(
        service,
        contract=contracts[0] if len(contracts) == 1 else "",
        commands=commands,
        starts=tuple(sorted({one.text for one in commands})),
        images=images_of(members, order),
    )


def _described(services: Sequence[Service]) -> list[Service]:
    """Let the meta file of an artifact speak for all that run it: the job that migrates, the worker."""
    speaks = {
        made.dockerfile: one.contract
        for one in services
        if one.contract
        for made in one.makes
        if made.dockerfile
    }
    return [
        replace(one, contract=next(filter(None, spoken), ""))
        if not one.contract and (spoken := [speaks.get(made.dockerfile) for made in one.makes])
        else one
        for one in services
    ]


def _members(facts: Iterable[Fact]) -> Mapping[str, list[Fact]]:
    """Return the facts of each service."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for name in fact.scope.services if not isinstance(fact, Service) else ():
            found[name].append(fact)
    return found
