"""What a variable switches: installations that images offer, and integrity checks that it turns off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from immutable_delivery.context import UNCONFIGURED, ReadingSettings
from immutable_delivery.facts import Fact, Variable
from immutable_delivery.records import replace
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Switches

if TYPE_CHECKING:
    from immutable_delivery.effects.tables import Tables


def link_switches(facts: Sequence[Fact], settings: ReadingSettings = UNCONFIGURED) -> list[Fact]:
    """Return the facts with what every variable makes an image install, and which checks it turns off."""
    if not any(isinstance(fact, Variable) for fact in facts):
        return list(facts)
    from immutable_delivery.effects.extensions import tables_of  # noqa: PLC0415 (they take long to load)

    tables = tables_of(settings)
    return [_linked(fact, tables) if isinstance(fact, Variable) else fact for fact in facts]


def _linked(fact: Variable, tables: Tables) -> Variable:
    if _is_switch(fact):
        fact = replace(fact, installs=_installed(fact))
    if fact.variable_type not in {"env", "arg"} or fact.bypassed_checks:
        return fact
    bypassed = tables.bypassed_by(fact.name, fact.value)
    if bypassed is None:
        return replace(fact, bypassed_checks=None)
    return replace(fact, bypassed_checks=(f"{fact.name}={fact.value}",)) if bypassed else fact


def _is_switch(fact: Variable) -> bool:
    switches = known(Switches)
    given = fact.variable_type == "env" and fact.scope.deployed
    return given and (fact.name in switches.lists or fact.name in switches.toggles)


def _installed(fact: Variable) -> str | None:
    """Return what a switch installs; None where its value is not known."""
    if fact.value is None:
        return None
    switches, value = known(Switches), fact.value.strip().lower()
    if words := switches.lists.get(fact.name):
        return " ".join(words) if value not in {"", "[]"} else ""
    return "" if value in {"", *switches.off} else " ".join(switches.toggles[fact.name])
