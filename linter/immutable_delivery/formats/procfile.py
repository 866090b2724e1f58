"""Procfiles: the processes of an application that a platform builds and starts.

The reference is Heroku's documentation of the Procfile, and Foreman, which reads the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.containers.environments import environment
from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec
from immutable_delivery.context import Comment, ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch, remarks, stretches

NAME = "procfile"

_PATH = lazy(
    r"(?:^|/)Procfile(?:\.(?:dev|development|local|staging|production|prod))?\Z", re.IGNORECASE
)
_LINE = lazy(r"^(?P<name>[A-Za-z0-9_-]+):[ \t]*(?P<command>[^\s][^\r\n]*)")


class Process(Record, frozen=True):
    """One line: a type of process and its command."""

    name: LocatedText
    command: LocatedText
    extent: Place


class Document(Record):
    """The lines of a Procfile."""

    path: str
    processes: list[Process] = field(default_factory=list)
    remarks: list[Stretch] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Where lines begin that are neither a process nor a comment."""


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path names a Procfile."""
    return _PATH.search(path) is not None


def parse(text: Text) -> Document:
    """Return the processes; of two with one name the later one counts."""
    document = Document(text.path)
    found: dict[str, Process] = {}
    for number, start in enumerate(text.line_starts, 1):
        line = text.line(number)
        if match := _LINE.match(line):
            found[match["name"]] = _process(text.path, start, match)
        elif line.lstrip().startswith("#"):
            document.remarks.append((start, start + len(line)))
        elif line.strip():
            document.broken.append(start)
    document.processes = list(found.values())
    return document


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the process below."""
    return remarks(text, document.remarks, stretches(one.extent for one in document.processes))


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield how every process starts and what that does."""
    for path, document in documents.items():
        for offset in document.broken:
            ctx.troubles.append(ParseProblem(path, offset, "this line is no `name: command`"))
        names = {process.name.text for process in document.processes}
        for process in document.processes:
            own = process.name.text
            service = "web" if own == "release" and "web" in names else own
            yield from _facts(process, service, path, ctx)


def _facts(process: Process, service: str, path: str, ctx: ParseContext) -> Iterator[Fact]:
    """Yield the facts of a process; a release is part of the service whose release it is."""
    name = process.name.text
    scope = environment(path, ctx).reached(
        Scope(
            owner=name,
            service=service,
            phase="hook" if name == "release" else "start",
            deployed=True,
            manifest=path,
        )
    )
    command = CommandSpec(
        "Procfile", (process.command,), process.command.used_at, process.extent, form="shell"
    )
    place = process.name.used_at
    spec = ContainerSpec(
        used_at=place,
        extent=process.extent,
        scope=scope,
        container_type="service",
        name=name,
        entrypoint=command,
        files=ContainerFiles(ctx, folder_of(path)),
        places={"name": place},
    )
    yield from lower(spec, ctx)


def _process(path: str, start: int, match: re.Match[str]) -> Process:
    command = match["command"].rstrip()
    begin = start + match.start("command")
    end = begin + len(command)
    return Process(
        LocatedText.literal(match["name"], Place(path, Span(start, start + match.end("name")))),
        LocatedText.literal(command, Place(path, Span(begin, end))),
        Place(path, Span(start, end)),
    )
