"""Programs that start other programs: what their files in the container tell them to run."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from immutable_delivery.containers.files import Body, FileView
from immutable_delivery.effects import Program
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.globs import Glob, is_glob
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Supervisors


def supervised(program: Program, view: FileView) -> Iterator[tuple[str, Body]]:
    """Yield the files that tell a supervisor what to start, with their paths in the container."""
    patterns = known(Supervisors).files.get(basename(program.path.text), ())
    for path in _files(program, view, patterns):
        body = view.body(path)
        if body is not None:
            yield path, body


def commands_in(text: LocatedText) -> Iterator[LocatedText]:
    """Yield the commands that the configuration of a supervisor holds."""
    yield from (
        text.slice(*found.span(1)) for found in known(Supervisors).command.finditer(text.text)
    )


def _files(program: Program, view: FileView, patterns: tuple[str, ...]) -> Iterator[str]:
    """Yield the files that a supervisor reads: those that its arguments name, and those where it looks."""
    if not patterns:
        return
    yield from (word.text for word in program.arguments if word.known and "/" in word.text)
    for pattern in patterns:
        if is_glob(pattern):
            yield from _matching(view, pattern)
        else:
            yield pattern


def _matching(view: FileView, pattern: str) -> Iterator[str]:
    folder = pattern.partition("*")[0].rstrip("/")
    glob = Glob(pattern.lstrip("/"))
    yield from (path for path in view.below(folder) if glob.matches(path.lstrip("/")))
