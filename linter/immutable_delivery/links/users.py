"""Whom a stage runs as where no USER says it: the user of a base that is known."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Container, Fact
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import BaseUsers


def link_users(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts in which stages without a USER run as root if their base is known to."""
    return [
        replace(fact, root=True) if isinstance(fact, Container) and _inherits_root(fact) else fact
        for fact in facts
    ]


def _inherits_root(container: Container) -> bool:
    """Whether a stage that starts something leaves the user to a base that is root's; tool images are called as their caller likes."""
    stage = container.container_type == "stage" and bool(container.starts)
    if not stage or container.root is not None or container.user != "":
        return False
    (name, tag), users = name_and_tag(container.image or ""), known(BaseUsers)
    return name in users.root and not any(word in tag for word in users.others)
