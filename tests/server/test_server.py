"""The language server, driven as an editor drives it: over pipes, by the protocol."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Repository
from tests.kit import PATIENCE

from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.model import builtin
from immutable_delivery.server.completing import words
from immutable_delivery.server.workspace import Workspace

FILES = {
    "Dockerfile": "FROM scratch\nCOPY . /app\nCMD node app.js\n",
    "compose.yaml": "services:\n  web:\n    image: nginx:latest\n",
}


class Editor:
    """Speaks the protocol with a server."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-m", "immutable_delivery", "server"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )  # fmt: skip
        self._limit = threading.Timer(120 * PATIENCE, self.process.kill)
        self._limit.start()
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._number = 0
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def tell(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def told(self, path: str) -> list[dict[str, Any]]:
        """Wait until the server tells of a file."""
        uri = self.uri(path)
        self.diagnostics.pop(uri, None)
        while uri not in self.diagnostics:
            self._read()
        return self.diagnostics[uri]

    def open(self, path: str, text: str) -> None:
        self.tell(
            "textDocument/didOpen",
            {
                "textDocument": {
                    "uri": self.uri(path),
                    "languageId": "x",
                    "version": 1,
                    "text": text,
                }
            },
        )

    def change(self, path: str, text: str, version: int = 2) -> None:
        self.tell(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self.uri(path), "version": version},
                "contentChanges": [{"text": text}],
            },
        )

    def _send(self, message: Any) -> None:
        data = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while (line := self._line()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the server is gone"
        return line.strip()

    def close(self) -> None:
        self._limit.cancel()
        self.ask("shutdown", None)
        self.tell("exit", None)
        assert self.process.wait(timeout=30) == 0
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def editor(repository: Repository) -> Iterator[Editor]:
    repository.commit(FILES)
    found = Editor(repository.root)
    yield found
    found.close()


def codes(diagnostics: list[dict[str, Any]]) -> set[str]:
    return {one["code"] for one in diagnostics}


def test_what_is_found_is_told_at_its_place_and_goes_when_it_is_mended(editor: Editor) -> None:
    (one,) = editor.told("compose.yaml")
    assert one["code"] == "floating-tag"
    assert one["range"]["start"] == {"line": 2, "character": 17}
    assert one["codeDescription"]["href"].endswith("/policies/floating-tag/")
    editor.open("compose.yaml", FILES["compose.yaml"])
    editor.change("compose.yaml", "services: {}\n")
    assert editor.told("compose.yaml") == []


def test_an_unsaved_buffer_counts_for_the_whole_repository(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open(".dockerignore", "app.js\n")
    editor.open("compose.yaml", FILES["compose.yaml"])
    editor.change(
        "compose.yaml",
        "services:\n  web:\n    image: 'é🐳'\n    command: [x]\n  b: {image: 'redis:latest'}\n",
    )
    (one,) = (one for one in editor.told("compose.yaml") if one["code"] == "floating-tag")
    assert one["range"]["start"] == {"line": 4, "character": 20}


def test_a_fix_and_a_suppression_are_offered(editor: Editor) -> None:
    editor.told("Dockerfile")
    editor.open(".imd.yaml", "profile: strict\n")
    assert "shell-form-start" in codes(editor.told("Dockerfile"))
    at = {"start": {"line": 2, "character": 5}, "end": {"line": 2, "character": 5}}
    found = editor.ask(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": editor.uri("Dockerfile")},
            "range": at,
            "context": {"diagnostics": []},
        },
    )
    texts = {
        one["title"]: one["edit"]["changes"][editor.uri("Dockerfile")][0]["newText"]
        for one in found
    }
    assert any('["node", "app.js"]' in text for text in texts.values())
    assert texts["Suppress shell-form-start"].startswith("# imd: ignore[shell-form-start]")


def test_hover_says_why_and_what_to_write(editor: Editor) -> None:
    editor.told("compose.yaml")
    at = {
        "textDocument": {"uri": editor.uri("compose.yaml")},
        "position": {"line": 2, "character": 18},
    }
    assert "## Instead" in editor.ask("textDocument/hover", at)["contents"]["value"]
    at["position"] = {"line": 0, "character": 0}
    assert editor.ask("textDocument/hover", at) is None


def test_the_place_that_decides_a_value_is_found(repository: Repository) -> None:
    repository.commit(
        {"compose.yaml": "services:\n  web:\n    image: nginx:${TAG}\n", ".env": "TAG=latest\n"}
    )
    editor = Editor(repository.root)
    assert codes(editor.told(".env")) == {"floating-tag"}
    at = {
        "textDocument": {"uri": editor.uri("compose.yaml")},
        "position": {"line": 2, "character": 13},
    }
    (found,) = editor.ask("textDocument/definition", at)
    assert found["uri"] == editor.uri(".env")
    editor.close()


def test_a_broken_configuration_is_said_and_mended_while_typing(editor: Editor) -> None:
    editor.told("compose.yaml")
    editor.open(".imd.yaml", "profile: [")
    while (message := editor._read()).get("method") != "window/showMessage":
        pass
    assert ".imd.yaml" in message["params"]["message"]
    editor.change(".imd.yaml", "ignore: [floating-tag]\n")
    assert editor.told("compose.yaml") == []


@pytest.mark.parametrize(
    ("name", "before", "some"),
    [
        (".imd.yaml", "pro", "profile"),
        (".imd.yaml", "paths:\n  ", "fixtures"),
        (".imd.yaml", "ignore: [", "floating-tag"),
        (".imd.yaml", "severity:\n  flo", "floating-tag"),
        ("delivery.yaml", "", "service"),
        ("delivery.yaml", "build:\n  ", "context"),
        ("web.yaml", "# imd: ignore[", "host-path"),
    ],
)
def test_completion_knows_keys_and_policies(name: str, before: str, some: str) -> None:
    assert some in {one.text for one in words(name, before, builtin())}


def test_of_other_files_nothing_is_completed() -> None:
    assert words("web.yaml", "spec:\n  ", builtin()) == []


def edited(text: str, dice: random.Random) -> str:
    """Return a text with a stretch taken away, doubled or broken."""
    first, last = sorted(dice.choices(range(len(text) + 1), k=2))
    last = min(last, first + 20)
    middle = dice.choice(
        ["", text[first:last] * 2, "latest", "\n", "  - x: [", "nginx:1.27", "\t", "${A}"]
    )
    return text[:first] + middle + text[last:]


@pytest.mark.parametrize("seed", range(4))
def test_after_every_edit_the_same_is_found_as_by_a_fresh_check(
    repository: Repository, seed: int
) -> None:
    """What is remembered between judgements never shows."""
    repository.commit(
        {
            **FILES,
            "deploy/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: web, image: 'nginx'}\n",
        }
    )
    dice, workspace = random.Random(seed), Workspace(repository.root)
    for _ in range(25):
        path = dice.choice(["Dockerfile", "compose.yaml", "deploy/web.yaml"])
        text = edited((repository.root / path).read_text(), dice) or "\n"
        workspace.edit(path, text)
        judged = workspace.judge()
        (repository.root / path).write_text(text)
        workspace.close(path)
        fresh = run(repository.root, Request(today=workspace.today(), origin=False)).report
        assert judged.report is not None
        assert judged.report.findings == fresh.findings
