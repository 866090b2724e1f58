"""What an install from a Node project brings."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Install
from immutable_delivery.links.nodepackages import node_packages
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span

PLACE = Place("Dockerfile", Span(0, 1))
LOCK = """{"packages": {
  "": {"bin": {"own": "x.js"}},
  "node_modules/@acme/serve": {"bin": {"serve": "x.js"}},
  "node_modules/tool": {"dev": true, "bin": {"tool-cli": "x.js"}},
  "node_modules/tool/node_modules/inner": {"bin": {"inner": "x.js"}}
}}"""


def brings(
    files: dict[str, str], name: str, lock: str = "package-lock.json", *, lean: bool = False
) -> bool | None:
    install = Install(used_at=PLACE, extent=PLACE, lock_file=lock)
    project = node_packages(install, MemoryFiles(files))
    return project.bring({name}, lean=lean) if project else None


@pytest.mark.parametrize(
    ("name", "whole", "lean"),
    [
        ("serve", True, True),
        ("@acme/serve", True, True),
        ("own", True, True),
        ("tool-cli", True, False),
        ("inner", False, False),
        ("other", False, False),
    ],
)
def test_a_lock_file_names_every_command(name: str, whole: bool, lean: bool) -> None:
    files = {"package-lock.json": LOCK}
    assert (brings(files, name), brings(files, name, lean=True)) == (whole, lean)


@pytest.mark.parametrize(
    ("name", "whole", "lean"),
    [("serve", True, True), ("tool", True, False), ("other", None, None)],
)
def test_a_manifest_names_only_what_it_asks_for(
    name: str, whole: bool | None, lean: bool | None
) -> None:
    text = '{"dependencies": {"serve": "1"}, "devDependencies": {"tool": "1", "serve": "1"}}'
    files = {"app/package.json": text, "app/yarn.lock": ""}
    found = [brings(files, name, "app/yarn.lock", lean=one) for one in (False, True)]
    assert found == [whole, lean]


@pytest.mark.parametrize("text", ["{", "[]", '{"packages": []}', '{"lockfileVersion": 1}'])
def test_what_cannot_be_read_tells_nothing(text: str) -> None:
    assert brings({"package-lock.json": text}, "serve") is None
