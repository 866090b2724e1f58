"""Images that a command starts on the machine where another one has built them: `docker build -t app .`, `docker run app`."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Command, Fact, Image
from immutable_delivery.records import replace
from immutable_delivery.references.images import name_and_tag


def link_local_builds(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with ``built_here`` of the images that a machine holds because commands here built them."""
    built = {
        _named(fact.target)
        for fact in facts
        if isinstance(fact, Command) and fact.builds == "image" and fact.target
    }
    return [
        replace(fact, built_here=True)
        if isinstance(fact, Image) and fact.local and not fact.digest and _named(fact.text) in built
        else fact
        for fact in facts
    ]


def _named(reference: str) -> tuple[str, str]:
    name, tag = name_and_tag(reference)
    return name, tag or "latest"
