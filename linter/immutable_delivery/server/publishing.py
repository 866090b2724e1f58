"""Judging whenever something changed, in a thread of its own, and telling the editor what is found: the newest state wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple, Protocol

from lsprotocol import types

from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.server.telling import Telling, told_of, uri_of
from immutable_delivery.server.workspace import Buffer, Judged, Tried, Workspace
from immutable_delivery.source.text import Text

PAUSE = 0.15
"""Seconds without a key until the repository is judged."""


class Editor(Protocol):
    """Whom something is told."""

    def diagnose(self, uri: str, found: list[types.Diagnostic], version: int | None) -> None:
        """Tell what is found in a file, in that version of it."""

    def complain(self, problem: str) -> None:
        """Tell a person that something has to be mended."""

    def fail(self, doing: str, error: Exception) -> None:
        """Tell of a fault of ours."""


class Publisher:
    """Judges one repository for an editor; all of it runs in the event loop, but for the judging."""

    def __init__(self, workspace: Workspace, editor: Editor, pool: Executor) -> None:
        self.workspace = workspace
        self.judged = Judged()
        """What was found last; where nothing can be judged, what was found before."""
        self._editor, self._pool = editor, pool
        self._due: float | None = None
        """When to judge; None where nothing changed since the last time."""
        self._task: asyncio.Task[None] | None = None
        self._saved: set[str] = set()
        """The files that were saved since the last time."""
        self._tried: dict[str, Tried] = {}
        self._told: dict[str, Told] = {}
        self._complains = False

    @property
    def telling(self) -> Telling | None:
        """What was found last, in the words of the protocol; None where nothing was judged yet."""
        if self.judged.report is None:
            return None
        return Telling(self.judged, self.workspace.root, self.workspace.buffers)

    def edit(self, path: str, text: str, version: int, uri: str) -> None:
        """Take what is being typed."""
        self.workspace.edit(path, text, version, uri)
        self.later()

    def close(self, path: str) -> None:
        """Take what lies on the disk."""
        self.workspace.close(path)
        self.moved()

    def saved(self, path: str) -> None:
        """Judge all that lies on the disk; of a policy the examples are tried too."""
        self._saved.add(path)
        self.moved()

    def moved(self) -> None:
        """Judge all that lies on the disk."""
        self.workspace.forget()
        self.later()

    def later(self) -> None:
        """Judge once nothing changed for a moment."""
        loop = asyncio.get_running_loop()
        self._due = loop.time() + PAUSE
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())

    def rest(self) -> None:
        """Judge no more."""
        self._due = None
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """Judge no more, and take back what was told."""
        self.rest()
        for told in self._told.values():
            self._editor.diagnose(told.uri, [], None)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._due is not None:
            left = self._due - loop.time()
            if left > 0:
                await asyncio.sleep(left)
                continue
            self._due = None
            try:
                await self._judge(loop)
            except Exception as error:  # noqa: BLE001 (whatever is wrong with one judgement, the next may be right)
                self._editor.fail("judging", error)

    async def _judge(self, loop: asyncio.AbstractEventLoop) -> None:
        buffers = dict(self.workspace.buffers)
        newest = await loop.run_in_executor(self._pool, self.workspace.judge, buffers)
        if newest.report is not None:
            self.judged = newest
        saved, self._saved = self._saved, set()
        for path in sorted(saved):
            tried = await loop.run_in_executor(self._pool, self.workspace.tried, path, buffers)
            if tried is not None:
                self._tried[path] = tried
        self._complain(newest)
        self._publish(newest)

    def _complain(self, newest: Judged) -> None:
        """Say that something is to be mended: once, not at every key until it is."""
        if newest.faults and not self._complains:
            kept = "what it said before holds" if newest.report else "nothing else is judged"
            self._editor.complain(f"{newest.faults[0]} (until this is mended, {kept})")
        self._complains = bool(newest.faults)

    def _publish(self, newest: Judged) -> None:
        """Tell what is found, where that is another than before; of what was typed since, the next judgement tells."""
        found = self._found(newest)
        gone = self._told.keys() - found.keys() if newest.report is not None else frozenset()
        for path in sorted({*found, *gone}):
            seen, now = newest.buffers.get(path), self.workspace.buffers.get(path)
            if seen == now:
                self._tell(path, found.get(path, _NOTHING), now)

    def _tell(self, path: str, found: Found, now: Buffer | None) -> None:
        before = self._told.pop(path, None)
        called = uri_of(path, self.workspace.buffers, self.workspace.root)
        uri = before.uri if before and now is None else called
        told = Told(uri, now.version if now else None, found.stuff)
        if told != before:
            self._editor.diagnose(uri, found.diagnostics(), told.version)
        if found is not _NOTHING:
            self._told[path] = told

    def _found(self, newest: Judged) -> dict[str, Found]:
        """Return what is found by file; where a file of ours has faults, nothing else holds there."""
        telling = Telling(newest, self.workspace.root, newest.buffers)
        found = {
            path: Found(telling.stuff(these), partial(telling.diagnostics, these))
            for path, these in telling.by_file().items()
        }
        for path, tried in self._tried.items():
            if newest.examined is not None and _text_of(newest.examined, path) == tried.text:
                more = _told_of(path, tried)
                before = found[path].diagnostics() if path in found else []
                found[path] = _known([*before, *more])
        faults = told_of(newest.faults, newest.texts)
        return found | {path: _known(these) for path, these in faults.items()}


class Found(NamedTuple):
    """What is found in a file, and what tells that from something else without putting it into words."""

    stuff: object
    diagnostics: Callable[[], list[types.Diagnostic]]


class Told(NamedTuple):
    """What an editor was told of a file."""

    uri: str
    version: int | None
    stuff: object


def _known(found: list[types.Diagnostic]) -> Found:
    return Found(found, lambda: found)


_NOTHING = _known([])


def _told_of(path: str, tried: Tried) -> list[types.Diagnostic]:
    """Return what the examples of a policy get wrong, and which of its words may be misspelt."""
    texts = {path: tried.text}
    doubts = told_of(tried.doubts, texts, types.DiagnosticSeverity.Warning)
    return [*told_of(tried.faults, texts)[path], *doubts[path]]


def _text_of(examined: Examined, path: str) -> Text | None:
    return examined.project.texts.get(path)
