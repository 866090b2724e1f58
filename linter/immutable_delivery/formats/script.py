"""Shell scripts: what they do to images, containers, clusters and hosts, by the reference of POSIX and bash.

A script that something here runs is read there; by itself it is read where it names a program that delivers, or reads another script that may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact, Scope, Unread
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch, remarks

NAME = "script"

_NAMED = lazy(r"\.(?:sh|bash|zsh|ksh|ash)\Z")
_SHEBANG = lazy(rb"#![ \t]*\S*(?:/|[ \t])(?:ba|da|a|k|z)?sh\b")
_SOURCES = lazy(rb"^[ \t]*(?:source|\.)[ \t]+[\"'$\w./]", re.MULTILINE)
_HOOK = lazy(r"(?:^|/)[^/.]+\Z")
_LINE = lazy(r"^[ \t]*(#[^\r\n]*|[^\s#][^\r\n]*)", re.MULTILINE)
_COMMENT = lazy(r"(?:^|\s)(#[^\r\n]*)\Z")


class Document(Record):
    """A script, and its remarks."""

    path: str
    text: LocatedText
    remarks: list[Stretch] = field(default_factory=list)
    lines: list[Stretch] = field(default_factory=list)


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a script for a shell, by its name or first line, and may deliver."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    named = _NAMED.search(path) is not None
    if not named and not (_HOOK.search(path) and _SHEBANG.match(data)):
        return False
    return delivers(data) or _SOURCES.search(data) is not None


def parse(text: Text) -> Document:
    """Return the script."""
    place = Place(text.path, Span(0, len(text.value)))
    document = Document(text.path, LocatedText.literal(text.value, place))
    if "imd:" in text.value:
        _remark(document, text)
    return document


def _remark(document: Document, text: Text) -> None:
    for match in _LINE.finditer(text.value):
        start, end = match.span(1)
        if match[1].startswith("#"):
            document.remarks.append((start, end))
            continue
        document.lines.append((start, end))
        if behind := _COMMENT.search(match[1]):
            document.remarks.append((start + behind.start(1), end))


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: each covers the line below, or its own."""
    return remarks(text, document.remarks, document.lines)


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what scripts do."""
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415 (it loads the shell)
    from immutable_delivery.jobs.spec import Recipe, scope_of  # noqa: PLC0415

    for path, document in documents.items():
        scope = scope_of(path, path)
        if "\ufffd" in document.text.text and b"\0" in ctx.files.read(path):
            yield _unread(document, scope)
            continue
        called = LocatedText.literal(path, Place(path, Span(0, 0)))
        recipe = Recipe(path, (document.text,), scope, "", "bash", path=called)
        yield from told([recipe], ctx)


def _unread(document: Document, scope: Scope) -> Unread:
    place = document.text.used_at.at(0, 0)
    return Unread(used_at=place, extent=place, scope=scope, subject="sh", reason="holds a NUL byte")
