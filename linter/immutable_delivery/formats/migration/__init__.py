"""Migrations of databases, by the layouts of the tools that apply them: each file is one.

The references are the manuals of Flyway, Alembic, Django, Rails, Prisma, golang-migrate, dbmate, Knex and Entity Framework; the
layouts themselves are a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations.layouts import Layout, holds_one, layout_of
from immutable_delivery.migrations.lower import lower
from immutable_delivery.migrations.spec import MigrationSpec
from immutable_delivery.records import Record
from immutable_delivery.source.text import Span, Text
from immutable_delivery.syntax.comments import MARKER, Stretch, remarks

NAME = "migration"

_UTF16 = "\N{REPLACEMENT CHARACTER}" * 2
"""What its mark of the order of bytes becomes, read byte by byte."""
_COMMENT = lazy(r"(?:--|#|//|/\*)[ \t]*imd:[^\r\n]*")


class Document(Record):
    """A migration, and the tool that applies it."""

    spec: MigrationSpec
    tool: str


def claims(path: str, data: bytes) -> bool:
    """Whether a path has the layout of a tool, and the file holds what its migrations do."""
    layout = layout_of(path)
    return layout is not None and holds_one(layout.tool, data)


def parse(text: Text) -> Document:
    """Return the migration; a path that somebody says to hold one may have no layout."""
    if text.value.startswith(_UTF16):
        raise UnreadableError("is UTF-16", 0, text.value)
    layout = layout_of(text.path) or Layout("sql")
    spec = MigrationSpec(
        name=_name(text.path),
        extent=Span(0, len(text.value)),
        version=layout.version,
        down=layout.down,
        repeatable=layout.repeatable,
    )
    return Document(_reader(text.path)(spec, text, layout.tool), layout.tool)


def _name(path: str) -> str:
    """Return what a person calls a migration: its file, or its folder where all files are called alike."""
    *_, folder, name = ["", *path.split("/")]
    return folder if folder and name.partition(".")[0] in {"migration", "up", "down"} else name


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the statement below, or its own."""
    if MARKER not in text.value:
        return []
    found = (one.span() for one in _COMMENT.finditer(text.value))
    statements: list[Stretch] = [(one.span.start, one.span.end) for one in document.spec.operations]
    statements += ((one.span.start, one.span.end) for one in document.spec.steps)
    return remarks(text, found, statements, "#-;/* \t")


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield the migrations and their statements."""
    for path, document in documents.items():
        yield from lower(document.spec, document.tool, ctx.texts[path])


Reader = Callable[[MigrationSpec, Text, str], MigrationSpec]


def _reader(path: str) -> Reader:
    """Return who reads files of this ending; the grammars are loaded where one is met."""
    match path.rpartition(".")[2]:
        case "sql":
            return _sql
        case "py":
            from immutable_delivery.migrations.python import filled as python  # noqa: PLC0415

            return python
        case "rb":
            from immutable_delivery.migrations.ruby import filled as ruby  # noqa: PLC0415

            return ruby
        case _:
            from immutable_delivery.migrations.code import filled as code  # noqa: PLC0415

            return code


def _sql(spec: MigrationSpec, text: Text, _tool: str) -> MigrationSpec:
    from immutable_delivery.migrations import sql  # noqa: PLC0415 (most SQL is no migration)

    spec.dump = sql.is_dump(text.value)
    found = sql.read(text.value)
    spec.operations, spec.steps = found.operations, found.steps
    return spec
