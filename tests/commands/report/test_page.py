"""The page in a real browser: it renders, filters and links, asks nobody, and everybody can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.commands.conftest import violations

from immutable_delivery.commands.report.overview import (
    Measure,
    Overview,
    Part,
    Point,
    Ran,
    ServiceRow,
    Spot,
    Team,
    Told,
    Tool,
)
from immutable_delivery.commands.report.rendering import page

if TYPE_CHECKING:
    from playwright.sync_api import Page

SPOT = Spot("web/Dockerfile", 3, "https://git.example/web/Dockerfile#L3")
TOLD = Told(
    "floating-tag",
    "error",
    "convergent",
    "os",
    "'node' names whatever was pushed last",
    SPOT,
    ("@shop/web",),
    ("web",),
    "https://docs.example/",
)
ENVIRONMENTS = ("development", "test", "staging", "production")


def overview(number: int) -> Overview:
    """A shop with so many services."""
    services = tuple(
        ServiceRow(
            name=f"service-{one}", runs="convergent" if one % 2 else "congruent", builds="moving", builds_by=TOLD, runs_by=TOLD if one % 2 else None,
            start="node server.js", owners=("@shop/web",),
            ran=tuple(Ran(name, f"registry.example/shop/{one}:1.2.3", f"sha256:{one:064x}", SPOT, f"registry.example/shop/{one}") for name in ENVIRONMENTS),
        )
        for one in range(number)
    )  # fmt: skip
    points = tuple(
        Point(
            revision=f"{day:040x}",
            day=f"2026-06-{day:02}",
            divergent=day,
            convergent=3,
            congruent=30 - day,
            errors=day,
            warnings=0,
        )
        for day in range(1, 21)
    )
    return Overview(
        title="shop/delivery", revision="a" * 40, url="", branch="main", day="2026-06-20", tool=Tool("1.2.3"), services=services, environments=ENVIRONMENTS,
        findings=(TOLD,) * 50, teams=(Team(name="@shop/web", divergent=0, convergent=number // 2, errors=50, warnings=0),),
        measures=(Measure(name="Variability", value="3 references can move", better="less", means="Why.", parts=(Part("node", "3", (SPOT,)),)),),
        trend=points, judged=10, left=2,
    )  # fmt: skip


@pytest.fixture
def opened(shown: Callable[[str, str], Page]) -> Callable[..., Page]:
    """Open the page of a shop with so many services."""

    def open_page(number: int, scheme: str = "light") -> Page:
        return shown(page(overview(number)), scheme)

    return open_page


def test_it_renders_and_filters(opened: Callable[..., Page]) -> None:
    found = opened(20)
    assert found.locator("h1").inner_text() == "Delivery of shop/delivery"
    assert found.locator("#shown").inner_text() == "20 of 20"
    found.fill("#find", "service-7")
    assert found.locator("#services-list tr:visible").count() == 1
    found.fill("#find", "")
    found.select_option("#word", "congruent")
    assert found.locator("#shown").inner_text() == "10 of 20"


def test_a_number_shows_what_it_counts(opened: Callable[..., Page]) -> None:
    found = opened(20)
    found.get_by_role("region", name="Owners").get_by_role("link", name="10").click()
    assert found.locator("#services-list tr:visible").count() == 10
    assert found.locator("#shown").inner_text() == "10 of 20: convergent, @shop/web"
    found.get_by_role("button", name="show all").first.click()
    assert found.locator("#services-list tr:visible").count() == 20
    found.get_by_role("region", name="Where to begin").get_by_role("link", name="10").click()
    assert found.locator("#services-list tr:visible").count() == 10


def test_a_number_opens_its_findings_and_hides_the_others(opened: Callable[..., Page]) -> None:
    found = opened(3)
    assert found.locator("#findings-list li:visible").count() == 0
    matrix = found.get_by_role("region", name="Findings by layer and drift")
    matrix.get_by_role("link", name="50").click()
    assert found.locator("#findings-list li:visible").count() == 50
    found.locator(".filter input").nth(1).fill("nothing of that name")
    assert found.locator("#findings-list li:visible, #findings-list summary:visible").count() == 0
    found.locator(".filter input").nth(1).fill("names whatever")
    assert found.locator("#findings-list summary").inner_text() == "error floating-tag (50)"


def test_it_prints_with_its_findings_and_without_its_controls(opened: Callable[..., Page]) -> None:
    found = opened(3)
    found.emulate_media(media="print")
    assert found.locator("nav:visible, .filter:visible").count() == 0
    assert found.locator("#findings-list li").first.bounding_box() is not None


def test_numbers_link_to_lines_and_the_trend_is_drawn(opened: Callable[..., Page]) -> None:
    found = opened(3)
    assert found.locator("#services-list a").first.get_attribute("href") == SPOT.url
    assert found.locator("svg.trend").count() == 5
    assert "1 → 20" in found.locator("h3", has_text="divergent services").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(opened: Callable[..., Page], scheme: str) -> None:
    assert violations(opened(5, scheme)) == []


def test_it_can_be_used_with_keys_alone(opened: Callable[..., Page]) -> None:
    found = opened(5)
    for _ in range(40):
        found.keyboard.press("Tab")
        if found.evaluate("document.activeElement.id") == "find":
            break
    found.keyboard.type("service-2")
    assert found.locator("#services-list tr:visible").count() == 1


def test_five_hundred_services_open_in_a_second(opened: Callable[..., Page]) -> None:
    found = opened(500)
    milliseconds = found.evaluate(
        "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"
    )
    assert found.locator("#services-list tr").count() == 500
    assert milliseconds < 1000
