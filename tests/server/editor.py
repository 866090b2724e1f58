"""An editor, as far as a language server sees one: it speaks the protocol over pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kit import PATIENCE

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
}


class Editor:
    """Speaks the protocol with a server."""

    def __init__(
        self, *folders: Path, environ: Mapping[str, str] | None = None, command: Sequence[str] = ()
    ) -> None:
        self.root = folders[0] if folders else Path()
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "immutable_delivery", "server"], cwd=self.root,
            env={**os.environ, **(environ or {})}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._limit = threading.Timer(30 * PATIENCE, self.process.kill)
        self._limit.start()
        self._logged: list[bytes] = []
        self._log = threading.Thread(target=self._read_log, daemon=True)
        self._log.start()
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.published: list[dict[str, Any]] = []
        """Everything that was told of files, in order."""
        self.versions: dict[str, int | None] = {}
        self.said: list[str] = []
        """The messages for the person."""
        self.asked: list[dict[str, Any]] = []
        """What the server asked for."""
        self.answer: Callable[[dict[str, Any]], Any] = lambda _message: None
        """What to answer to that."""
        self._number = 0
        named = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        uri = folders[0].as_uri() if folders else None
        about = {"processId": None, "rootUri": uri, "capabilities": CAPABILITIES}
        self.capabilities = self.ask("initialize", {**about, "workspaceFolders": named or None})[
            "capabilities"
        ]
        self.tell("initialized", {})

    def uri(self, path: str) -> str:
        return path if ":" in path else (self.root / path).as_uri()

    def tell(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        number = self.begin(method, params)
        return self.end(number)

    def begin(self, method: str, params: Any) -> int:
        """Ask something, and do not wait for the answer."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def end(self, number: int) -> Any:
        """Wait for an answer."""
        while True:
            message = self.read()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def told(self, path: str) -> list[dict[str, Any]]:
        """Wait until the server tells of a file."""
        uri = self.uri(path)
        self.diagnostics.pop(uri, None)
        while uri not in self.diagnostics:
            self.read()
        return self.diagnostics[uri]

    def told_of(self, path: str, version: int) -> list[dict[str, Any]]:
        """Wait until the server tells of a version of a file."""
        while self.versions.get(self.uri(path)) != version:
            self.read()
        return self.diagnostics[self.uri(path)]

    def wait(self, true: Callable[[], bool]) -> None:
        """Read until something holds."""
        while not true():
            self.read()

    def open(self, path: str, text: str, version: int = 1) -> None:
        document = {"uri": self.uri(path), "languageId": "x", "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, path: str, text: str, version: int = 2) -> None:
        document = {"uri": self.uri(path), "version": version}
        changes = [{"text": text}]
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def shut(self, path: str) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": self.uri(path)}})

    def moved(self, path: str) -> None:
        """Tell that a file changed on the disk."""
        change = {"uri": self.uri(path), "type": 2}
        self.tell("workspace/didChangeWatchedFiles", {"changes": [change]})

    def save(self, path: str) -> None:
        self.tell("textDocument/didSave", {"textDocument": {"uri": self.uri(path)}})

    def at(self, method: str, path: str, line: int, character: int) -> Any:
        """Ask about a position of a file."""
        where = {"line": line, "character": character}
        return self.ask(
            f"textDocument/{method}", {"textDocument": {"uri": self.uri(path)}, "position": where}
        )

    def actions(self, path: str, line: int, character: int) -> list[dict[str, Any]]:
        """Ask what can be done at a position of a file."""
        at = {"line": line, "character": character}
        params = {
            "textDocument": {"uri": self.uri(path)},
            "range": {"start": at, "end": at},
            "context": {"diagnostics": []},
        }
        found: list[dict[str, Any]] = self.ask("textDocument/codeAction", params)
        return found

    def _send(self, message: Any) -> None:
        data = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        """Read a message, and answer to it where the server asks."""
        assert self.process.stdout is not None
        length = 0
        while (line := self._line()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        self._take(message)
        return message

    def _take(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "textDocument/publishDiagnostics":
            self.published.append(params)
            self.diagnostics[params["uri"]] = params["diagnostics"]
            self.versions[params["uri"]] = params.get("version")
        elif method == "window/showMessage":
            self.said.append(params["message"])
        elif method and "id" in message:
            self.asked.append(message)
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": self.answer(message)})

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the server is gone: {self.log}"
        return line.strip()

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        self._logged.extend(iter(self.process.stderr.readline, b""))

    @property
    def log(self) -> str:
        """What the server wrote to its log so far."""
        return b"".join(self._logged).decode()

    def close(self, *, clean: bool = True) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        assert self.process.wait(timeout=30) == 0
        self._limit.cancel()
        self._log.join(timeout=30)
        assert not clean or "Traceback" not in self.log, self.log
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def codes(found: list[dict[str, Any]]) -> set[str]:
    return {one["code"] for one in found}
