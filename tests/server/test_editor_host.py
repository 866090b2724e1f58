"""The extension in a real editor: VS Code as `code-server` serves it, driven in a browser. By hand, for it takes 200 MB and a newer Node:

npm install --ignore-scripts code-server && (cd node_modules/code-server/lib/vscode && npm install --omit=dev --ignore-scripts)
IMD_CODE_SERVER='["node", "node_modules/code-server/out/node/entry.js"]' pytest tests/server/test_editor_host.py
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.components import program
from tests.conftest import Repository
from tests.server.test_vscode import built, run  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from playwright.sync_api import Page

COMMAND: list[str] = json.loads(os.environ.get("IMD_CODE_SERVER", "[]"))
SETTINGS = {"security.workspace.trust.enabled": False, "workbench.startupEditor": "none"}
SERVER = [sys.executable, "-m", "immutable_delivery", "server"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not COMMAND, reason="IMD_CODE_SERVER names no code-server"),
]


def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
        return found


@pytest.fixture
def page(built: Path, repository: Repository, tmp_path: Path) -> Iterator[Page]:  # noqa: F811
    """The window of an editor that has the extension and a repository open."""
    sync_api = pytest.importorskip("playwright.sync_api")
    repository.commit(
        {"compose.yaml": "services:\n  web:\n    image: nginx:latest\n", ".imd.yaml": "{}\n"}
    )
    run(built, "package")
    for folder, settings in (
        ("User", SETTINGS),
        ("Machine", {"immutableDelivery.command": SERVER}),
    ):
        (tmp_path / "user" / folder).mkdir(parents=True)
        (tmp_path / "user" / folder / "settings.json").write_text(json.dumps(settings))
    here = [
        *COMMAND,
        "--user-data-dir",
        str(tmp_path / "user"),
        "--extensions-dir",
        str(tmp_path / "ext"),
    ]
    installed = [*here, "--install-extension", str(built / "out" / "immutable-delivery.vsix")]
    subprocess.run(installed, check=True, capture_output=True)
    number = port()
    serving = [
        *here,
        "--auth",
        "none",
        "--bind-addr",
        f"127.0.0.1:{number}",
        "--disable-update-check",
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(serving, stdout=log, stderr=log)
        try:
            with sync_api.sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=program("chromium"), args=["--no-sandbox"]
                )
                yield opened(
                    browser.new_page(), f"http://127.0.0.1:{number}/?folder={repository.root}"
                )
                browser.close()
        finally:
            process.terminate()
            process.wait(timeout=30)


def opened(page: Page, address: str) -> Page:
    page.set_default_timeout(60_000)
    for _ in range(60):
        try:
            page.goto(address)
            break
        except Exception:  # noqa: BLE001 (it does not listen yet)
            page.wait_for_timeout(500)
    page.wait_for_selector(".monaco-workbench .part.editor")
    page.wait_for_timeout(3000)
    return page


def open_file(page: Page, name: str) -> None:
    page.keyboard.press("Control+p")
    page.wait_for_selector(".quick-input-widget input")
    page.keyboard.type(name)
    page.wait_for_selector(f".quick-input-list .monaco-list-row[aria-label*='{name}']")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".tab.active[data-resource-name='{name}']")
    page.wait_for_timeout(1000)


def go_to(page: Page, where: str) -> None:
    page.keyboard.press("Control+g")
    page.wait_for_selector(".quick-input-widget input")
    page.keyboard.type(where)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)


def text(page: Page, selector: str) -> Any:
    page.wait_for_selector(selector)
    page.wait_for_timeout(1000)
    return page.locator(selector).first.inner_text()


def test_the_extension_runs_in_an_editor(page: Page) -> None:
    open_file(page, "compose.yaml")
    page.wait_for_selector(".squiggly-error")
    go_to(page, "3:20")
    page.keyboard.press("Control+k")
    page.keyboard.press("Control+i")
    hover = text(page, ".monaco-hover-content")
    assert "names whatever was pushed last" in hover
    assert "image nginx:latest of web" in hover
    page.keyboard.press("Escape")
    page.keyboard.press("Control+.")
    actions = text(page, ".action-widget")
    assert "Pin to its digest (asks the registry)" in actions
    assert "Suppress floating-tag" in actions
    page.keyboard.press("Escape")
    go_to(page, "3:24")
    page.keyboard.press("Shift+End")
    page.keyboard.type("@sha256:" + "0123456789abcdef" * 4)
    page.wait_for_selector(".squiggly-error", state="detached")
    open_file(page, ".imd.yaml")
    page.keyboard.press("Control+a")
    page.keyboard.type("prfile: x\n")
    page.wait_for_selector(".squiggly-error")
    assert "unknown key `prfile`" in text(page, ".notifications-toasts")
    page.keyboard.type("ignore:\n- floating-t")
    page.keyboard.press("Control+Space")
    assert "floating-tag" in text(page, ".suggest-widget")
