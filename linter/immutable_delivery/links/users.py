"""Whom a stage runs as where no USER says it: the user of a base that is known; and users that an engine cannot verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from immutable_delivery.facts import Container, Fact
from immutable_delivery.links.services import by_service
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import BaseUsers


def link_users(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts in which stages without a USER run as root if their base is known to."""
    stages = by_service(
        fact
        for fact in facts
        if isinstance(fact, Container) and fact.container_type == "stage" and fact.last
    )
    return [_linked(fact, stages) if isinstance(fact, Container) else fact for fact in facts]


def _linked(container: Container, stages: Mapping[str, list[Container]]) -> Container:
    if container.refuses_root:
        return replace(container, unverified_user=_named(stages.get(container.scope.service, ())))
    return replace(container, root=True) if _inherits_root(container) else container


def _named(stages: Sequence[Container]) -> str:
    """Return the user of these stages where each is a name: of a number the kubelet knows that it is not root."""
    users = [(stage.user or "").partition(":")[0] for stage in stages]
    named = all(user and not user.isdigit() and user != "root" for user in users)
    return users[0] if users and named else ""


def _inherits_root(container: Container) -> bool:
    """Whether a stage that starts something leaves the user to a base that is root's; tool images are called as their caller likes."""
    stage = container.container_type == "stage" and bool(container.starts)
    if not stage or container.root is not None or container.user != "":
        return False
    (name, tag), users = name_and_tag(container.image or ""), known(BaseUsers)
    return name in users.root and not any(word in tag for word in users.others)
