"""Formatted SQL: comments begin change sets, and say how each is taken back."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.migrations import sql
from immutable_delivery.migrations.spec import MigrationSpec
from immutable_delivery.source.text import Span, Text

_SET = lazy(
    r"^[ \t]*--[ \t]*changeset[ \t]+(?P<author>[^:\r\n]+):(?P<id>\S+)(?P<more>[^\r\n]*)", 10
)
_AGAIN = lazy(r"\brun(?:OnChange|Always)\s*:\s*true\b", 2)


def change_sets(text: Text) -> Iterator[MigrationSpec]:
    """Yield the change sets: each goes to the next."""
    found = list(_SET.finditer(text.value))
    ends = [*(one.start() for one in found[1:]), len(text.value)]
    for one, end in zip(found, ends, strict=True):
        script = sql.read(text.value, one.end(), end, parted=False)
        yield MigrationSpec(
            name=f"{one['author'].strip()}:{one['id']}",
            extent=Span(one.start(), one.start() + len(text.value[one.start() : end].rstrip())),
            repeatable=_AGAIN.search(one["more"]) is not None,
            operations=script.operations,
            steps=script.steps,
        )
