"""Changelogs of Liquibase in XML, YAML, JSON and formatted SQL: each change set is a migration.

The reference is https://docs.liquibase.com/concepts/changelogs/home.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations.lower import lower
from immutable_delivery.migrations.spec import MigrationSpec
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import MARKER, remarks

NAME = "liquibase"

_XML = lazy(rb"<(?:\w+:)?databaseChangeLog[\s>]")
_YAML = lazy(rb"(?m)^[ \t{]*[\"']?databaseChangeLog[\"']?[ \t]*:")
_FORMATTED = lazy(rb"\A(?:\xef\xbb\xbf)?\s*--\s*liquibase\s+formatted\s+sql", re.IGNORECASE)
_COMMENT = lazy(r"(?:--|#|<!--)[ \t]*imd:[^\r\n]*")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a changelog: by its outermost element or key, or by the first line of formatted SQL."""
    if path.endswith(".sql"):
        return _FORMATTED.match(data) is not None
    return (_XML if path.endswith(".xml") else _YAML).search(data) is not None


def parse(text: Text) -> list[MigrationSpec]:
    """Return the change sets."""
    from immutable_delivery.formats.liquibase import changelogs, formatted  # noqa: PLC0415 (few files are claimed)

    if text.path.endswith(".sql"):
        return list(formatted.change_sets(text))
    return list(changelogs.change_sets(text))


def comments(document: list[MigrationSpec], text: Text) -> list[Comment]:
    """Return the comments: each covers the change below, or its own."""
    if MARKER not in text.value:
        return []
    found = (one.span() for one in _COMMENT.finditer(text.value))
    spans = [one.span for spec in document for one in spec.operations]
    return remarks(text, found, [(one.start, one.end) for one in spans], "#<>!-/* \t")


def facts(
    documents: Mapping[str, list[MigrationSpec]], ctx: ParseContext
) -> Iterable[Fact | Build]:
    """Yield the change sets and their statements."""
    for path, document in documents.items():
        for spec in document:
            yield from lower(spec, NAME, ctx.texts[path])
