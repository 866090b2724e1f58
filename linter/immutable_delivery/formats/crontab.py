"""Crontabs: what cron runs on a machine by its schedule, or when it starts (`@reboot`); the reference is crontab(5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename, dirname

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.jobs.spec import Recipe, scope_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch, remarks, stretches

NAME = "crontab"

_PATH = lazy(
    r"(?:^|/)(?:cron\.d/[^/.]+|crontabs/[^/.]+|crontab(?:\.txt)?|[^/]+\.(?:cron|crontab))\Z"
)
_HOLDS = lazy(rb"^[ \t]*(?:@[a-z]+|[\d*][\d*,/-]*(?:[ \t]+[\w*?,/#-]+){4})[ \t]+\S", re.MULTILINE)
_REMARK = lazy(r"^[ \t]*(#[^\r\n]*)", re.MULTILINE)
_SETTING = lazy(r"^[ \t]*(\w+)[ \t]*=[ \t]*([^\r\n]*)", re.MULTILINE)


class Document(Record):
    """The commands of a crontab, and the settings that they see."""

    path: str
    commands: list[LocatedText] = field(default_factory=list)
    settings: dict[str, LocatedText] = field(default_factory=dict)
    remarks: list[Stretch] = field(default_factory=list)


def claims(path: str, data: bytes) -> bool:
    """Whether a file is named as a crontab and holds a line of one."""
    return _PATH.search(path) is not None and _HOLDS.search(data) is not None


def parse(text: Text) -> Document:
    """Return the commands of the file."""
    from immutable_delivery.containers.supervisors import commands_in  # noqa: PLC0415 (it loads the shell)

    whole = LocatedText.literal(text.value, Place(text.path, Span(0, len(text.value))))
    folder = basename(dirname(text.path))
    installed = f"/etc/{folder}/{basename(text.path)}" if folder == "cron.d" else text.path
    return Document(
        text.path,
        [command.slice(0, len(command.text.rstrip())) for command in commands_in(installed, whole)],
        {one[1]: whole.slice(*one.span(2)) for one in _SETTING.finditer(text.value)},
        [one.span(1) for one in _REMARK.finditer(text.value)],
    )


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the command below."""
    return remarks(
        text, document.remarks, stretches(command.used_at for command in document.commands)
    )


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the commands of every crontab do."""
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415 (it loads the shell)

    for document in documents.values():
        yield from told([*_recipes(document)], ctx)


def _recipes(document: Document) -> Iterator[Recipe]:
    """Yield each command as a recipe of its own: what one makes, the next does not find."""
    scope = scope_of(document.path, document.path)
    for command in document.commands:
        name = f"{document.path}:{command.used_at.span.start}"
        yield Recipe(name, (command,), scope, None, values=document.settings)
