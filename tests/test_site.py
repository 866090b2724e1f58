"""The documentation site: builds without a warning, has a page for each policy, and asks no other host for anything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip(
    "mkdocs", reason="the documentation site is built with what `scripts/setup --dev` installs"
)

ROOT = Path(__file__).parent.parent
POLICIES = {path.stem for path in (ROOT / "policies").rglob("*.yaml")} - {"group"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    return folder


def test_every_policy_has_its_page(site: Path) -> None:
    assert {path.parent.name for path in site.glob("policies/*/index.html")} == POLICIES


def test_the_search_has_pages_that_answer_before_those_that_list(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    weight = {one["location"]: one.get("boost", 1) for one in index["docs"]}
    assert weight["faq/"] > weight["ci/"] > weight["policies/floating-tag/"]
    assert re.split(index["config"]["separator"], "node:22") == ["node", "22"]
    examples = [one["location"] for one in index["docs"] if "sha256:0123" in one["text"]]
    assert [location for location in examples if location.startswith("policies/")] == []


def test_no_page_stands_twice_in_the_menu() -> None:
    menu = re.findall(r"([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert [page for page, number in Counter(menu).items() if number > 1] == []


def test_no_page_asks_another_host(site: Path) -> None:
    asked = re.compile(
        r"<(?:script|img|iframe|source)[^>]*\bsrc=[\"']?(?:https?:)?//|<link[^>]*rel=[\"']?(?:stylesheet|preconnect|preload)[^>]*href=[\"']?(?:https?:)?//"
    )
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(POLICIES)
    assert [str(page) for page in pages if asked.search(page.read_text("utf-8"))] == []


def test_links_between_pages_lead_somewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        for target in re.findall(r"href=\"?([^\"> ]+)", page.read_text("utf-8")):
            path = target.partition("#")[0]
            if path and not re.match(r"[a-z]+:|/", path) and page.name != "404.html":
                there = (page.parent / path).resolve()
                assert there.exists(), f"{page.relative_to(site)}: {target}"
