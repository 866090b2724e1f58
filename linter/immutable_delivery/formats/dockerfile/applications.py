"""Whether what is copied into an image is an application, by narrow evidence: a program that the repository holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from posixpath import basename, dirname

from immutable_delivery.formats.dockerfile.context import Context
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.records import Record
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import below
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Files, ImageStarts, Purposes

_DEPTH = 4
"""So many levels of a folder are looked at: what lies deeper is rarely the point of it."""
_MOST = 2_000
"""So many of its files."""


def arrives(state: State, paths: Sequence[str], target: str) -> bool:
    """Whether these paths of the context bring an application to a target."""
    if _is_export(state, target) or known(Files).system_folder.match(state.path(target)):
        return False
    return any(_holds_program(state.site.context, path) for path in paths)


def passes_on(state: State, origin: State | None, source: str, target: str) -> bool:
    """Whether a copy from another stage brings what that stage made of an application."""
    if origin is None or _is_export(state, target) or known(Files).system_folder.match(source):
        return False
    return any(brought.application for brought in origin.contents)


class Application(Record, frozen=True):
    """Where an application arrives in an image, "" where none does, and whether only as a tool."""

    path: str = ""
    tool: bool = False


def application(state: State) -> Application:
    """Return where an application arrives in what the file delivers: none in any stage but the last."""
    if state.stage is not state.site.plan.stages[-1]:
        return Application()
    paths = [content.target for content in state.contents if content.application]
    elsewhere = [path for path in paths if not _is_called(path)]
    return Application(next(iter(elsewhere or paths), ""), tool=bool(paths) and not elsewhere)


def purposes(state: State) -> tuple[str, ...]:
    """Return what path, stage, labels and ONBUILD say that an image is for, where that is not to run."""
    words, path = known(Purposes), state.site.document.path
    folders = [part for part in path.split("/") if part in words.folders]
    named = [word for word in _words(path) if word in words.words]
    staged = [word for word in _words(state.stage.name) if word in words.words | words.stages]
    labelled = [label for label in state.labels if label.startswith(words.labels)]
    base = ("base",) if state.unfinished else ()
    return tuple(dict.fromkeys((*folders, *named, *staged, *labelled, *base)))


def _is_called(path: str) -> bool:
    folders = known(Files).program_folders
    return path in folders or dirname(path) in folders


def _words(text: str) -> list[str]:
    return re.split(r"[/._-]", text.lower())


def _is_export(state: State, target: str) -> bool:
    """Whether files are only laid out for a build's `--output`: in the root of an image without a shell."""
    if target not in {"/", ".", "./"}:
        return False
    name = name_and_tag(state.base.text)[0]
    return known(ImageStarts).is_bare.fullmatch(name) is not None


def _holds_program(context: Context, path: str) -> bool:
    if context.leaves_out(path):
        return False
    if context.kind(path) == "file":
        return _is_program(path)
    if path == context.folder:
        return True
    depth = path.count("/") + _DEPTH
    inside = islice(below(context.files.paths, path), _MOST)
    return any(
        one.count("/") <= depth and _is_program(one) for one in inside if not _has_no_ending(one)
    )


def _is_program(path: str) -> bool:
    name, files = basename(path), known(Files)
    return bool(files.program.fullmatch(name)) and not files.no_program.fullmatch(name)


def _has_no_ending(path: str) -> bool:
    return "." not in basename(path)
