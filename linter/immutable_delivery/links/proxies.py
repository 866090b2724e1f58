"""Sockets of the container runtime that only a proxy holds, and that it lets nobody write to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from immutable_delivery.facts import Container, Fact, Mount, Variable
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Sockets

_OFF = {"0", "false", "no"}
_Owner = tuple[str, str]


def link_proxies(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with ``runtime_socket`` of those mounts weakened that end at a reading proxy."""
    if not any(isinstance(fact, Mount) and fact.runtime_socket for fact in facts):
        return list(facts)
    reading = _reading_proxies(facts)
    return [
        replace(fact, runtime_socket="reading")
        if isinstance(fact, Mount) and fact.runtime_socket == "socket" and _owner(fact) in reading
        else fact
        for fact in facts
    ]


def _reading_proxies(facts: Sequence[Fact]) -> set[_Owner]:
    """Return the containers that are such proxies, and whose every switch is off."""
    switched: dict[_Owner, set[str]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, Variable) and fact.variable_type == "env" and not _is_off(fact):
            switched[_owner(fact)].add(fact.name)
    proxies = known(Sockets).proxies
    names = {_owner(fact): _image(fact) for fact in facts if isinstance(fact, Container)}
    return {
        owner
        for owner, name in names.items()
        if name in proxies and not switched[owner] & set(proxies[name])
    }


def _owner(fact: Fact) -> _Owner:
    return fact.manifest, fact.scope.owner


def _image(container: Container) -> str:
    return name_and_tag(container.image or "")[0]


def _is_off(variable: Variable) -> bool:
    return variable.value is not None and variable.value.strip().lower() in _OFF
