"""What swaps images in place, and what only tells of new ones."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Container, Fact, Resource, Scope, Variable, VariableType
from immutable_delivery.links.updaters import link_updaters
from immutable_delivery.source.text import Place, Span

PLACE = Place("compose.yaml", Span(0, 1))
SCOPE = Scope(owner="updater", deployed=True)


def container(image: str | None, *entry: str, scope: Scope = SCOPE) -> Container:
    return Container(used_at=PLACE, extent=PLACE, image=image, entry=entry, scope=scope)


def variable(kind: VariableType, name: str, value: str | None) -> Variable:
    return Variable(
        used_at=PLACE, extent=PLACE, scope=SCOPE, variable_type=kind, name=name, value=value
    )


def updater(*facts: Fact) -> str:
    return next(one.updater for one in link_updaters(facts) if isinstance(one, Container))


def ordered(*annotations: Variable) -> list[str]:
    return [one.name for one in link_updaters(annotations) if isinstance(one, Resource)]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("containrrr/watchtower", "Watchtower"),
        ("docker.io/containrrr/watchtower:1.7.1", "Watchtower"),
        ("ghcr.io/containrrr/watchtower:1.7.1@sha256:12", "Watchtower"),
        ("keelhq/keel:0.20.0", "Keel"),
        ("shop/watchtower:1", ""),
        ("crazymax/diun:4", ""),
        ("registry:5000/keel", ""),
        (None, ""),
    ],
)
def test_an_updater_is_known_by_its_image(image: str | None, expected: str) -> None:
    assert updater(container(image)) == expected


def test_a_stage_is_no_updater() -> None:
    assert updater(container("containrrr/watchtower", scope=Scope(owner="stage"))) == ""


def test_an_updater_that_only_tells_is_none() -> None:
    image = "containrrr/watchtower"
    assert updater(container(image, "--monitor-only", "web")) == ""
    told = variable("env", "WATCHTOWER_MONITOR_ONLY", "true")
    assert updater(container(image), told) == ""
    assert updater(container(image), variable("env", "WATCHTOWER_MONITOR_ONLY", "false"))


LIST = "argocd-image-updater.argoproj.io/image-list"
METHOD = "argocd-image-updater.argoproj.io/write-back-method"


def test_annotations_order_updates_unless_git_gets_them() -> None:
    listed = variable("annotation", LIST, "web=shop/web")
    assert ordered(listed) == ["The Argo CD image updater"]
    assert ordered(listed, variable("annotation", METHOD, "argocd")) != []
    assert ordered(listed, variable("annotation", METHOD, "git:secret:argocd/creds")) == []
    assert ordered(listed, variable("annotation", METHOD, None)) == []


def test_keel_is_ordered_by_its_policy() -> None:
    assert ordered(variable("annotation", "keel.sh/policy", "minor")) == ["Keel"]
    assert ordered(variable("annotation", "keel.sh/policy", "never")) == []
    assert ordered(variable("env", "keel.sh/policy", "minor")) == []
