"""Sessions of nox and tasks of invoke: what their literal commands do to images, containers, clusters and hosts.

The references are https://nox.thea.codes/en/stable/config.html and https://docs.pyinvoke.org/en/stable/concepts/invoking-tasks.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch, remarks, stretches
from immutable_delivery.syntax.decorated import Called, called
from immutable_delivery.syntax.launches import Command

NAME = "pytasks"

_PATH = lazy(r"(?:^|/)(?:noxfile|tasks)\.py\Z")
_TOOL = lazy(rb"\b(?:nox|invoke)\b")
_REMARK = lazy(r"#[^\r\n]*imd:[^\r\n]*")


class Document(Record):
    """The tasks of a file."""

    path: str
    tasks: list[Called]
    remarks: list[Stretch]


def claims(path: str, data: bytes) -> bool:
    """Whether a file is one of nox or invoke, and names a program that delivers."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    return _PATH.search(path) is not None and _TOOL.search(data) is not None and delivers(data)


def parse(text: Text) -> Document:
    """Return the tasks of the file."""
    whole = LocatedText.literal(text.value, Place(text.path, Span(0, len(text.value))))
    found = [match.span() for match in _REMARK.finditer(text.value)]
    return Document(text.path, list(called(whole)), found)


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the command below."""
    places = (_place(command) for task in document.tasks for command in task.commands)
    return remarks(text, document.remarks, stretches(places))


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the tasks of every file do."""
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415 (it loads the shell)

    for document in documents.values():
        yield from told([*_recipes(document)], ctx)


def _recipes(document: Document) -> Iterator[Recipe]:
    for task in document.tasks:
        scripts = tuple(one for one in task.commands if isinstance(one, LocatedText))
        words = tuple(one for one in task.commands if not isinstance(one, LocatedText))
        scope = scope_of(document.path, task.name)
        yield Recipe(task.name, scripts, scope, folder_of(document.path), programs=words)


def _place(command: Command) -> Place:
    if isinstance(command, LocatedText):
        return command.used_at
    first, last = command[0].used_at, command[-1].used_at
    return first.at(first.span.start, last.span.end)
