"""What the server does about everything that an editor tells or asks."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from immutable_delivery.errors import ImdError
from immutable_delivery.server import ours
from immutable_delivery.server.completing import Written
from immutable_delivery.server.hovering import hover
from immutable_delivery.server.serving import Server
from immutable_delivery.server.telling import PIN, edit_of, range_of
from immutable_delivery.server.workspace import Workspace
from immutable_delivery.source.text import Span, Text

if TYPE_CHECKING:
    from immutable_delivery.server.pinning import Pinned


def serve(mirrors: tuple[str, ...] = (), insecure: tuple[str, ...] = ()) -> None:
    """Speak on the standard input and output until the editor goes; the options are those of `imd pin`."""
    server = made(mirrors, insecure)
    server.start_io()
    server.leave()


def made(mirrors: tuple[str, ...] = (), insecure: tuple[str, ...] = ()) -> Server:
    """Return a server with all that it answers."""
    server = Server(mirrors, insecure)
    for feature, handler in _HANDLERS.items():
        server.feature(feature, _OPTIONS.get(feature))(_guarded(feature, handler))
    server.command(PIN)(_guarded(PIN, _pin))
    return server


def _guarded(feature: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler whose faults are logged: an editor gets no answer, but no traceback either."""
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def awaited(ls: Server, *params: Any) -> Any:
            try:
                return await handler(ls, *params)
            except Exception as error:  # noqa: BLE001 (the editor is served on)
                return ls.fail(f"answering {feature}", error)

        return awaited

    @wraps(handler)
    def answered(ls: Server, *params: Any) -> Any:
        try:
            return handler(ls, *params)
        except Exception as error:  # noqa: BLE001 (as above)
            return ls.fail(f"answering {feature}", error)

    return answered


def _initialized(ls: Server, _params: types.InitializedParams) -> None:
    folders = [folder.uri for folder in ls.workspace.folders.values()]
    for uri in folders or filter(None, [ls.workspace.root_uri]):
        ls.open_folder(uri)
    if ls.watches:
        _watch(ls)


def _watch(ls: Server) -> None:
    """Ask the editor to tell of every file that changes: any may be read by what is judged."""
    watchers = [types.FileSystemWatcher("**/*")]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    ls.client_register_capability(
        types.RegistrationParams([types.Registration("imd-files", method, options)])
    )


def _shutdown(ls: Server, *_params: Any) -> None:
    for publisher in ls.publishers.values():
        publisher.rest()


def _folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.added:
        ls.open_folder(folder.uri)
    for folder in params.event.removed:
        ls.close_folder(folder.uri)


def _opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    _edited(ls, document.uri, document.text, document.version)


def _changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    _edited(ls, document.uri, params.content_changes[-1].text, document.version)


def _edited(ls: Server, uri: str, text: str, version: int) -> None:
    if located := ls.located(uri):
        publisher, path = located
        publisher.edit(path, text, version, uri)


def _closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    if located := ls.located(params.text_document.uri):
        publisher, path = located
        publisher.close(path)


def _saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    if located := ls.located(params.text_document.uri):
        publisher, path = located
        publisher.saved(path)


def _moved(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Judge again what lies where files changed; what git does for itself changes none."""
    located = filter(None, (ls.located(change.uri) for change in params.changes))
    for publisher in {one: None for one, path in located if not path.startswith(".git/")}:
        publisher.moved()


def _actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    only = params.context.only
    if only is not None and not any(
        _is_quick_fix(str(getattr(kind, "value", kind))) for kind in only
    ):
        return []
    return list(_offered(ls, params))


def _offered(ls: Server, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    if located := ls.located(params.text_document.uri):
        publisher, path = located
        if telling := publisher.telling:
            yield from telling.actions(path, params.range)


def _is_quick_fix(kind: str) -> bool:
    """Whether who asks for a kind of action takes quick fixes: kinds are made narrower by what follows a dot."""
    own = types.CodeActionKind.QuickFix.value
    return f"{own}.".startswith(f"{kind}." if kind else "")


def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    located = ls.located(params.text_document.uri)
    if located is None:
        return None
    publisher, path = located
    telling = publisher.telling
    found = hover(telling, path, params.position) if telling else None
    return found or _explained(publisher.workspace, path, params.position)


def _explained(workspace: Workspace, path: str, where: types.Position) -> types.Hover | None:
    """Return what the word there means, in a file that speaks to imd."""
    text = workspace.text(path)
    about, start, end = _written(workspace, text).explained(_offset(text, where))
    said = types.MarkupContent(types.MarkupKind.Markdown, about)
    return types.Hover(said, range_of(text, Span(start, end))) if about else None


def _written(workspace: Workspace, text: Text) -> Written:
    schema = ours.schema_of(text.path, policies=workspace.is_among_policies(text.path))
    return Written(schema, text.value, workspace.rules)


def _offset(text: Text, where: types.Position) -> int:
    return text.offset_at_utf16(where.line + 1, where.character + 1)


def _definition(ls: Server, params: types.DefinitionParams) -> list[types.Location]:
    located = ls.located(params.text_document.uri)
    if located is None:
        return []
    publisher, path = located
    telling = publisher.telling
    return telling.deciding(path, params.position) if telling else []


def _completion(ls: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    located = ls.located(params.text_document.uri)
    if located is None:
        return []
    publisher, path = located
    text = publisher.workspace.text(path)
    offset, written = _offset(text, params.position), _written(publisher.workspace, text)
    where = range_of(text, Span(written.begin(offset), offset))
    return [
        types.CompletionItem(
            one.text, documentation=one.about, text_edit=types.TextEdit(where, one.text)
        )
        for one in written.completions(offset)
    ]


async def _pin(ls: Server, uri: str, policy: str, fingerprint: str) -> None:
    """Pin what a finding is about: the one thing for which the network is reached."""
    located = ls.located(uri)
    if located is None:
        return
    publisher, path = located
    ls.asked += 1
    try:
        found = await asyncio.get_running_loop().run_in_executor(
            ls.asking, _pinned, ls, publisher.workspace, (path, policy, fingerprint)
        )
    except ImdError as error:
        ls.complain(str(error))
        return
    finally:
        ls.asked -= 1
    if found.changes:
        await _write(ls, publisher.workspace, found)
    for reason in found.reasons:
        ls.complain(reason)


def _pinned(ls: Server, workspace: Workspace, target: tuple[str, str, str]) -> Pinned:
    from immutable_delivery.registry.batch import RegistryOptions  # noqa: PLC0415 (who pins nothing needs no network)
    from immutable_delivery.server.pinning import Pinning, Target  # noqa: PLC0415 (as above)

    reach = RegistryOptions(mirrors=ls.mirrors, insecure=ls.insecure)
    return Pinning(workspace, reach).pinned(Target(*target))


async def _write(ls: Server, workspace: Workspace, found: Pinned) -> None:
    """Have the editor write a pin, and note down that it was us."""
    edit = edit_of(found.edits, found.buffers, workspace.root)
    answer = await ls.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, "imd pin"))
    if answer.applied:
        found.remember(workspace.root, workspace.tree(found.buffers).files)
    else:
        why = answer.failure_reason or "it does not say why"
        ls.complain(f"the editor did not take the pin: {why}")


_HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZED: _initialized,
    types.SHUTDOWN: _shutdown,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _moved,
    types.TEXT_DOCUMENT_CODE_ACTION: _actions,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_DEFINITION: _definition,
    types.TEXT_DOCUMENT_COMPLETION: _completion,
}
_OPTIONS: dict[str, Any] = {
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions([types.CodeActionKind.QuickFix]),
    types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions([" ", ".", "[", "{", ","]),
}
