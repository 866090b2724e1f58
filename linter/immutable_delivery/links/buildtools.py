"""Images that are build tools: what they build when somebody calls them is the caller's, and no delivery."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.facts import Command, Container, Fact, Start
from immutable_delivery.records import replace


def link_build_tools(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts in which the ENTRYPOINT of an image without code, which nothing here runs, builds nothing of it."""
    tools = {
        fact.dockerfile
        for fact in facts
        if isinstance(fact, Container) and fact.last and not fact.runs and not _delivers(fact)
    }
    called = {
        fact.extent
        for fact in facts
        if isinstance(fact, Start)
        and fact.origin == "ENTRYPOINT"
        and fact.form == "exec"
        and fact.scope.dockerfile in tools
    }
    return [
        replace(fact, builds="") if isinstance(fact, Command) and fact.extent in called else fact
        for fact in facts
    ]


def _delivers(container: Container) -> bool:
    return bool(container.adds_code or container.code or container.built)
