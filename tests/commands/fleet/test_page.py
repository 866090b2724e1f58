"""The page of a fleet in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.commands.conftest import violations

from immutable_delivery.commands.fleet.rendering import page
from immutable_delivery.commands.fleet.summary import Fleet, Link, Row, Shared, Version
from immutable_delivery.commands.report.overview import Team

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORDS = {"divergent": 1, "convergent": 2, "undetermined": 0, "congruent": 3}
FLEET = Fleet(
    day="2026-06-15",
    rows=(
        Row(name="gone", failure="cannot be read"),
        Row(name="shop/web", words=WORDS, moving=1, errors=3, judged=9, url="https://a.example/"),
        Row(name="shop/none", words=dict.fromkeys(WORDS, 0)),
    ),
    teams=(Team(name="@shop/web", divergent=1, convergent=2, errors=3, warnings=0),),
    bases=(
        Shared(
            name="node",
            repositories=("shop/web",),
            versions=(Version(name="22@0123456789ab", repositories=("shop/web",)),),
        ),
    ),
    images=(
        Shared(
            name="postgres",
            repositories=("shop/site", "shop/web"),
            versions=(Version(name="16", repositories=("shop/site", "shop/web")),),
        ),
    ),
    links=(Link("registry.example/web", "shop/web:web", "shop/site:web"),),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(shown: Callable[[str, str], Page], scheme: str) -> None:
    assert violations(shown(page(FLEET), scheme)) == []


def test_it_filters_and_tells_what_is_not_judged(shown: Callable[[str, str], Page]) -> None:
    found = shown(page(FLEET), "light")
    assert found.locator("#shown").inner_text() == "2 of 2"
    found.fill("#find", "none")
    row = found.locator("#repositories-list tr:visible")
    assert row.inner_text().split("\t") == ["shop/none", "no file of it is judged"]
    assert "cannot be read" in found.get_by_role("region", name="could not be judged").inner_text()
