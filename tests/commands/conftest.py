"""Pages in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.components import NEEDS, program
from tests.reporters.conftest import installed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason=f"{NEEDS}playwright")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str, str], Page]]:
    """Open a page in a colour scheme; afterwards there was no error and no request."""
    said: list[str] = []
    contexts: list[Any] = []

    def show(text: str, scheme: str) -> Page:
        path = tmp_path / "page.html"
        path.write_text(text, "utf-8")
        context: Any = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        found: Page = context.new_page()
        found.on("console", lambda message: said.append(message.text))
        found.on("pageerror", lambda error: said.append(str(error)))
        found.on(
            "request", lambda one: said.append(one.url) if not one.url.startswith("file:") else None
        )
        found.goto(path.as_uri())
        return found

    yield show
    for context in contexts:
        context.close()
    assert said == []


def violations(page: Page) -> list[str]:
    """Return what axe-core has to say of a page."""
    axe = installed("axe-core@4.10.3") / "axe-core" / "axe.min.js"
    page.add_script_tag(content=axe.read_text("utf-8"))
    found: list[str] = page.evaluate(
        "async () => (await axe.run()).violations.map(v => v.id + ' ' + v.nodes[0].html)"
    )
    return found
