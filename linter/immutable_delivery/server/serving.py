"""The server: what an editor asks and tells, and what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from immutable_delivery import __version__
from immutable_delivery.policy.model import Policy, builtin
from immutable_delivery.server.completing import words
from immutable_delivery.server.telling import Telling
from immutable_delivery.server.workspace import Workspace

_PAUSE = 0.15
"""Seconds without a key until the repository is judged."""


class Server(LanguageServer):
    """One editor, and the repository that it has open."""

    def __init__(self) -> None:
        super().__init__("imd", __version__)
        self.repository: Workspace | None = None
        self.policies: dict[str, Policy] = {policy.id: policy for policy in builtin()}
        self._told: set[str] = set()
        self._waiting: asyncio.Task[None] | None = None

    def open(self, folder: Path) -> None:
        """Take a folder's repository."""
        self.repository = Workspace(folder)

    def path(self, uri: str) -> str:
        """Return the path of a document in the repository; "" for one that lies elsewhere."""
        return self.repository.path_of(file_of(uri)) if self.repository else ""

    @property
    def telling(self) -> Telling | None:
        """What the last judgement found."""
        found = self.repository.judged.report if self.repository else None
        return Telling(found, self.repository.root) if self.repository and found else None

    def later(self) -> None:
        """Judge once no key was pressed for a moment."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().create_task(self._soon())

    async def _soon(self) -> None:
        await asyncio.sleep(_PAUSE)
        self.publish()

    def publish(self) -> None:
        """Judge, and tell what is found; files of which nothing is found any more are told so."""
        if self.repository is None:
            return
        problem = self.repository.judge().problem
        telling = self.telling
        if telling is None:
            self.window_show_message(
                types.ShowMessageParams(types.MessageType.Error, f"imd: {problem}")
            )
            return
        found = telling.diagnostics()
        for uri in sorted(self._told | found.keys()):
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, found.get(uri, []))
            )
        self._told = set(found)


def file_of(uri: str) -> Path:
    """Return the file that a URI names."""
    return Path(url2pathname(unquote(urlsplit(uri).path)))


def serve() -> None:
    """Speak on the standard input and output until the editor goes."""
    made().start_io()


def made() -> Server:
    """Return a server with all that it answers."""
    server = Server()
    for feature, handler in _HANDLERS.items():
        server.feature(feature)(handler)
    return server


def _initialize(ls: Server, params: types.InitializeParams) -> None:
    folders = params.workspace_folders or []
    uri = folders[0].uri if folders else params.root_uri
    ls.open(file_of(uri) if uri else Path.cwd())


def _initialized(ls: Server, _params: Any) -> None:
    ls.publish()


async def _changed(
    ls: Server, params: types.DidOpenTextDocumentParams | types.DidChangeTextDocumentParams
) -> None:
    uri = params.text_document.uri
    if ls.repository is not None and (path := ls.path(uri)):
        ls.repository.edit(path, ls.workspace.get_text_document(uri).source)
        ls.later()


async def _closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    if ls.repository is not None and (path := ls.path(params.text_document.uri)):
        ls.repository.close(path)
        ls.later()


async def _saved(ls: Server, _params: Any) -> None:
    ls.later()


def _actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    path = ls.path(params.text_document.uri)
    return list(ls.telling.actions(path, params.range)) if ls.telling else []


def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    path = ls.path(params.text_document.uri)
    return ls.telling.hover(path, params.position, ls.policies) if ls.telling else None


def _definition(ls: Server, params: types.DefinitionParams) -> list[types.Location]:
    path = ls.path(params.text_document.uri)
    return ls.telling.deciding(path, params.position) if ls.telling else []


def _completion(ls: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    uri = params.text_document.uri
    document = ls.workspace.get_text_document(uri)
    before = document.source[: document.offset_at_position(params.position)]
    found = words(file_of(uri).name, before, ls.policies.values())
    return [types.CompletionItem(one.text, documentation=one.about) for one in found]


_HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.TEXT_DOCUMENT_DID_OPEN: _changed,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _saved,
    types.TEXT_DOCUMENT_CODE_ACTION: _actions,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_DEFINITION: _definition,
    types.TEXT_DOCUMENT_COMPLETION: _completion,
}
