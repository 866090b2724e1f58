"""The server: one editor, the repositories that it has open, and what it is told."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from immutable_delivery import __version__
from immutable_delivery.errors import ImdError
from immutable_delivery.repository.git import Git
from immutable_delivery.server.publishing import Publisher
from immutable_delivery.server.uris import file_of
from immutable_delivery.server.workspace import Workspace

_LOG = logging.getLogger(__name__)


class _Utf16(LanguageServerProtocol):
    """The protocol with columns in UTF-16: every editor knows it, whatever it would rather have."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        if params.capabilities.general is not None:
            params.capabilities.general.position_encodings = [types.PositionEncodingKind.Utf16]
        return (yield from super().lsp_initialize(params))


class Server(LanguageServer):
    """One editor, and the repositories that it has open."""

    def __init__(self, mirrors: tuple[str, ...] = (), insecure: tuple[str, ...] = ()) -> None:
        # whole texts: what pygls takes for the end of a line is more than the protocol does
        kind = types.TextDocumentSyncKind.Full
        super().__init__("imd", __version__, kind, protocol_cls=_Utf16)
        self.mirrors, self.insecure = mirrors, insecure
        self.publishers: dict[Path, Publisher] = {}
        """By the root of their repository."""
        self.folders: dict[str, Path] = {}
        """The roots of the repositories of the folders that the editor has open."""
        self.judging = ThreadPoolExecutor(1, "judging")
        self.asking = ThreadPoolExecutor(1, "asking")
        self.asked = 0
        """How many questions to registries have no answer yet."""
        self._failed: set[str] = set()
        self._repositories: dict[Path, bool] = {}

    @property
    def watches(self) -> bool:
        """Whether the editor lets itself be asked to tell of every file that changes."""
        asked = self.client_capabilities.workspace
        watching = asked.did_change_watched_files if asked else None
        return bool(watching and watching.dynamic_registration)

    def open_folder(self, uri: str) -> None:
        """Take the repository around a folder."""
        folder = file_of(uri)
        publisher = self._opened(folder) if folder else None
        if publisher:
            self.folders[uri] = publisher.workspace.root
            publisher.later()

    def close_folder(self, uri: str) -> None:
        """Leave the repository around a folder, where no other folder lies in it."""
        root = self.folders.pop(uri, None)
        if root is not None and root not in self.folders.values():
            self.publishers.pop(root).stop()

    def located(self, uri: str) -> tuple[Publisher, str] | None:
        """Return who judges a document, and its path there; None for what nobody judges."""
        file = file_of(uri)
        if file is None:
            return None
        found = list(self._around(file))
        if not found and not self.folders and self._is_in_repository(_folder(file)):
            self._opened(_folder(file))
            found = list(self._around(file))
        return max(found, key=lambda one: len(one[0].workspace.root.parts), default=None)

    def _is_in_repository(self, folder: Path) -> bool:
        """Tell whether a folder lies in a repository of git; each is asked about once."""
        if folder not in self._repositories:
            self._repositories[folder] = Git.open(folder) is not None
        return self._repositories[folder]

    def _around(self, file: Path) -> Iterator[tuple[Publisher, str]]:
        for publisher in self.publishers.values():
            if path := publisher.workspace.path_of(file):
                yield publisher, path

    def _opened(self, folder: Path) -> Publisher | None:
        try:
            workspace = Workspace(folder, watched=self.watches)
        except ImdError as error:
            self.complain(str(error))
            return None
        made = Publisher(workspace, self, self.judging)
        return self.publishers.setdefault(workspace.root, made)

    def diagnose(self, uri: str, found: list[types.Diagnostic], version: int | None) -> None:
        """Tell what is found in a file, in that version of it."""
        params = types.PublishDiagnosticsParams(uri, found, version)
        self.text_document_publish_diagnostics(params)

    def complain(self, problem: str) -> None:
        """Tell a person that something has to be mended."""
        kind = types.MessageType.Error
        self.window_show_message(types.ShowMessageParams(kind, f"imd: {problem}"))

    def fail(self, doing: str, error: Exception) -> None:
        """Tell of a fault of ours: all of it in the log, and a line for the editor, once."""
        _LOG.error("while %s", doing, exc_info=error)
        line = f"a fault of ours while {doing} ({type(error).__name__}); the log of the server has more"
        if line not in self._failed:
            self._failed.add(line)
            self.complain(line)

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 (the signature of pygls)
        """Tell of what pygls could not handle; what it answers with an error is told by that."""
        if not isinstance(error, JsonRpcException):
            self.fail("reading a message", error)

    def leave(self) -> None:
        """End, whatever is still being judged or asked: nobody is there any more to be told."""
        for pool in (self.judging, self.asking):
            pool.shutdown(wait=False, cancel_futures=True)
        busy = (one.workspace.engine.locked() for one in self.publishers.values())
        if self.asked or any(busy):
            sys.stderr.flush()
            os._exit(0)


def _folder(file: Path) -> Path:
    """Return the nearest folder above a file that is there."""
    return next((folder for folder in file.parents if folder.is_dir()), file.parent)
