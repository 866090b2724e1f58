"""A session as the clients of real editors have it: each answer is held against what the protocol allows for what that client can."""

from __future__ import annotations

import asyncio
import sys
import warnings
from pathlib import Path

import pytest
from lsprotocol import types
from tests.conftest import Repository
from tests.kit import PATIENCE

lsp = pytest.importorskip("pytest_lsp")

COMPOSE = "services:\n  web:\n    image: nginx:latest\n"
CLIENTS = ("neovim@v0.11.0", "neovim@v0.6.1", "visual_studio_code", "emacs")


class Session:
    """One client, and the server that it has started."""

    def __init__(self, root: Path) -> None:
        self.root, self.client = root, lsp.make_test_lsp_client()

    def document(self, path: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier((self.root / path).as_uri())

    async def begin(self, name: str) -> types.InitializeResult:
        await self.client.start_io(sys.executable, "-m", "immutable_delivery", "server")
        folder = types.WorkspaceFolder(self.root.as_uri(), "repository")
        found: types.InitializeResult = await self.client.initialize_session(
            types.InitializeParams(
                capabilities=lsp.client_capabilities(name),
                root_uri=self.root.as_uri(),
                workspace_folders=[folder],
            )
        )
        return found

    async def end(self) -> None:
        await self.client.shutdown_session()
        await self.client.stop()

    async def told(self, path: str) -> list[types.Diagnostic]:
        """Wait until something is told of a file, and return that."""
        uri = self.document(path).uri
        self.client.diagnostics.pop(uri, None)
        while uri not in self.client.diagnostics:
            await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return list(self.client.diagnostics[uri])

    def open(self, path: str, text: str) -> None:
        item = types.TextDocumentItem(self.document(path).uri, "yaml", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))


async def _session(root: Path, name: str) -> None:
    session = Session(root)
    client, document = session.client, session.document
    began = await session.begin(name)
    assert began.capabilities.position_encoding == types.PositionEncodingKind.Utf16
    (found,) = await session.told("compose.yaml")
    assert found.code == "floating-tag"
    at = types.Position(2, 18)
    context = types.CodeActionContext([found])
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document("compose.yaml"), types.Range(at, at), context)
    )
    assert [one.title for one in actions] == [
        "Pin to its digest (asks the registry)", "Suppress floating-tag",
    ]  # fmt: skip
    hover = await client.text_document_hover_async(types.HoverParams(document("compose.yaml"), at))
    assert "image nginx:latest of web" in hover.contents.value
    decided = await client.text_document_definition_async(
        types.DefinitionParams(document("compose.yaml"), at)
    )
    assert decided == []
    session.open(".imd.yaml", "ignore: [floating-t")
    items = await client.text_document_completion_async(
        types.CompletionParams(document(".imd.yaml"), types.Position(0, 19))
    )
    assert "floating-tag" in {one.label for one in items}
    change = types.TextDocumentContentChangeWholeDocument("ignore: [floating-tag]\n")
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, document(".imd.yaml").uri), [change]
        )
    )
    assert await session.told("compose.yaml") == []
    await session.end()


@pytest.mark.parametrize("name", CLIENTS)
def test_a_session(repository: Repository, name: str) -> None:
    repository.commit({"compose.yaml": COMPOSE})
    with warnings.catch_warnings():
        warnings.simplefilter("error", lsp.LspSpecificationWarning)
        asyncio.run(asyncio.wait_for(_session(repository.root, name), 30 * PATIENCE))
