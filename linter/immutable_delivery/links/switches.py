"""What a variable switches: installations that images offer, and integrity checks that it turns off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from immutable_delivery.facts import Fact, Variable
from immutable_delivery.records import replace

if TYPE_CHECKING:
    from immutable_delivery.formats.commands.tables import Tables

_LISTS = {
    "GF_INSTALL_PLUGINS": "plugins",
    "GF_PLUGINS_PREINSTALL": "plugins",
    "GF_PLUGINS_PREINSTALL_SYNC": "plugins",
    "NEO4J_PLUGINS": "plugins",
    "NEO4JLABS_PLUGINS": "plugins",
    "ELASTICSEARCH_PLUGINS": "plugins",
    "OPENSEARCH_PLUGINS": "plugins",
    "JENKINS_PLUGINS": "plugins",
    "WORDPRESS_PLUGINS": "plugins",
    "EXTENSION_AUTO_INSTALL": "extensions",
    "DOCKER_MODS": "mods",
    "MODRINTH_PROJECTS": "mods",
    "SPIGET_RESOURCES": "plugins",
    "CURSEFORGE_FILES": "mods",
    "INSTALL_PACKAGES": "packages",
    "INSTALL_PIP_PACKAGES": "Python packages",
    "_PIP_ADDITIONAL_REQUIREMENTS": "Python packages",
    "EXTRA_PIP_PACKAGES": "Python packages",
    "EXTRA_CONDA_PACKAGES": "Conda packages",
    "EXTRA_APT_PACKAGES": "packages",
}
"""Variables that list what is to be installed, and what that is."""
_TOGGLES = {
    "AUTO_UPDATE": "its own updates",
    "AUTOUPDATE": "its own updates",
    "ENABLE_AUTO_UPDATE": "its own updates",
    "UPDATE_ON_BOOT": "its own updates",
    "UPDATE_ON_START": "its own updates",
}
"""Variables that turn an installation on."""
_OFF = frozenset({"", "0", "false", "no", "off", "n", "never", "disabled", "none"})


def link_switches(facts: Sequence[Fact], settings: Mapping[str, Any] | None = None) -> list[Fact]:
    """Return the facts with what every variable makes an image install, and which checks it turns off."""
    if not any(isinstance(fact, Variable) for fact in facts):
        return list(facts)
    from immutable_delivery.formats.commands import tables_of  # noqa: PLC0415 (they take long to load)

    tables = tables_of(settings or {})
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
    given = fact.variable_type == "env" and fact.scope.deployed
    return given and (fact.name in _LISTS or fact.name in _TOGGLES)


def _installed(fact: Variable) -> str | None:
    """Return what a switch installs; None where its value is not known."""
    if fact.value is None:
        return None
    value = fact.value.strip().lower()
    if fact.name in _LISTS:
        return _LISTS[fact.name] if value not in {"", "[]"} else ""
    return "" if value in _OFF else _TOGGLES[fact.name]
