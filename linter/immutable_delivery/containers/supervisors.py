"""Programs that start other programs: what their files in the container tell them to run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from immutable_delivery.containers.files import Body, FileView
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.globs import Glob, is_glob
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Supervisors

if TYPE_CHECKING:
    from immutable_delivery.effects.programs import Program

_FIELDS = r"^[ \t]*(?:@\w+|(?:[\d*?,/A-Za-z#-]+[ \t]+){4}[\d*?,/A-Za-z#-]+)[ \t]+"
_LINE = lazy(rf"{_FIELDS}(\S.*)", re.MULTILINE)
_OF_USER = lazy(rf"{_FIELDS}[\w.-]+[ \t]+(\S.*)", re.MULTILINE)
"""A line of a crontab: when, and what; that of the system names a user between."""
_SCHEDULED = lazy(
    r"^[ \t]*(?:@(?:reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)[ \t]|[\d*,/-]+[ \t]+[\d*,/-]+[ \t]+[\d*?,/LW-]+[ \t]+[\d*,/A-Z-]+[ \t]+(?:[\d*?,/A-Z#-]|mon|tue|wed|thu|fri|sat|sun)+[ \t])",
    re.MULTILINE,
)


def supervised(program: Program, view: FileView) -> Iterator[tuple[str, Body]]:
    """Yield the files that tell a supervisor what to start, with their paths in the container."""
    patterns = known(Supervisors).files.get(basename(program.path.text), ())
    for path in _files(program, view, patterns):
        body = view.body(path)
        if body is not None:
            yield path, body


def hooked(view: FileView) -> Iterator[tuple[str, Body]]:
    """Yield the scripts that the image's own program runs at each start, with their paths in the container."""
    for pattern in known(Supervisors).hooks:
        for path in _matching(view, pattern):
            body = view.body(path)
            if body is not None:
                yield path, body


def commands_in(path: str, text: LocatedText) -> Iterator[LocatedText]:
    """Yield the commands that the configuration of a supervisor holds; in a schedule those of its lines."""
    table = known(Supervisors)
    rule = schedule_of(path, text.text)
    for found in (rule or table.command).finditer(text.text):
        user = table.user.match(text.text, found.start(1)) if rule is _LINE else None
        yield text.slice(user.end() if user else found.start(1), found.end(1))


def schedule_of(path: str, text: str) -> re.Pattern[str] | None:
    """Return what finds the commands of a schedule; None for a file that is none."""
    table = known(Supervisors)
    if not _SCHEDULED.search(text):
        return None
    return _OF_USER if _is_one(path, table.schedules_with_users) else _LINE


def _is_one(path: str, patterns: tuple[str, ...]) -> bool:
    return any(Glob(pattern.lstrip("/")).matches(path.lstrip("/")) for pattern in patterns)


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
    found = view.below(pattern.partition("*")[0].rstrip("/"))
    glob = Glob(pattern.lstrip("/")) if found else None
    yield from (path for path in found if glob and glob.matches(path.lstrip("/")))
