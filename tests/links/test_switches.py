"""Which variables make an image install something when it starts."""

from __future__ import annotations

import pytest

from immutable_delivery.context import ReadingSettings, Tables
from immutable_delivery.facts import Scope, Variable, VariableType
from immutable_delivery.links.switches import link_switches
from immutable_delivery.source.text import Place, Span

PLACE = Place("compose.yaml", Span(0, 1))


def installs(
    name: str, value: str | None, *, deployed: bool = True, kind: VariableType = "env"
) -> object:
    fact = Variable(
        used_at=PLACE, extent=PLACE, scope=Scope(deployed=deployed), variable_type=kind,
        name=name, value=value,
    )  # fmt: skip
    (found,) = link_switches([fact])
    assert isinstance(found, Variable)
    return found.installs


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("GF_INSTALL_PLUGINS", "grafana-clock-panel", "plugins"),
        ("GF_INSTALL_PLUGINS", " ", ""),
        ("GF_INSTALL_PLUGINS", None, None),
        ("NEO4J_PLUGINS", '["apoc"]', "plugins"),
        ("NEO4J_PLUGINS", "[]", ""),
        ("_PIP_ADDITIONAL_REQUIREMENTS", "pandas", "Python packages"),
        ("AUTO_UPDATE", "true", "its own updates"),
        ("AUTO_UPDATE", "False", ""),
        ("AUTO_UPDATE", "0", ""),
        ("PLUGINS", "a", ""),
    ],
)
def test_a_switch_installs_what_its_table_says(
    name: str, value: str | None, expected: str | None
) -> None:
    assert installs(name, value) == expected


def test_only_the_environment_of_what_is_deployed_is_a_switch() -> None:
    assert installs("AUTO_UPDATE", "true", deployed=False) == ""
    assert installs("AUTO_UPDATE", "true", kind="label") == ""


def bypassed(
    name: str, value: str | None, kind: VariableType = "env", tables: Tables | None = None
) -> object:
    fact = Variable(
        used_at=PLACE, extent=PLACE, scope=Scope(), variable_type=kind, name=name, value=value
    )
    (found,) = link_switches([fact], ReadingSettings(tables=tables or {}))
    assert isinstance(found, Variable)
    return found.bypassed_checks


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("GOSUMDB", "off", ("GOSUMDB=off",)),
        ("GOSUMDB", "sum.golang.org", ()),
        ("GIT_SSL_NO_VERIFY", "false", ("GIT_SSL_NO_VERIFY=false",)),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "1", ()),
        ("NODE_TLS_REJECT_UNAUTHORIZED", None, None),
        ("NODE_ENV", None, ()),
    ],
)
def test_a_variable_turns_off_the_checks_that_the_table_says(
    name: str, value: str | None, expected: tuple[str, ...] | None
) -> None:
    assert bypassed(name, value) == expected


def test_a_label_turns_nothing_off() -> None:
    assert bypassed("GOSUMDB", "off", kind="label") == ()


def test_a_configuration_adds_variables() -> None:
    tables = {"bypassing_variables": {"OUR_TLS": "off"}}
    assert bypassed("OUR_TLS", "off") == ()
    assert bypassed("OUR_TLS", "off", tables=tables) == ("OUR_TLS=off",)
