"""Compose and Swarm files: services, what they run and what is mounted into them.

The reference is the Compose specification, and Docker Compose itself where that is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.context import Comment, Inside, ParseContext
from immutable_delivery.facts import Build, Fact, Recipe
from immutable_delivery.findings import Edit
from immutable_delivery.formats.compose.document import ComposeDocument, parse
from immutable_delivery.formats.compose.recognition import claims
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax import yaml

__all__ = ["NAME", "assign", "claims", "comments", "facts", "families", "parse", "within"]

NAME = "compose"

_FIELDS = {"read_only_root": ["read_only"]}


def comments(document: ComposeDocument, text: Text) -> list[Comment]:
    """Return the comments that may hold a suppression."""
    return yaml.comments(text, document.documents)


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of each family, in the order of their first one."""
    if len(paths) == 1:
        return iter([list(paths)])
    from immutable_delivery.formats.compose.together import families as tied  # noqa: PLC0415 (one file alone is a family)

    return tied(paths, files)


def facts(
    documents: Mapping[str, ComposeDocument], ctx: ParseContext
) -> Iterable[Fact | Build | Recipe]:
    """Return what the services of all Compose files say."""
    from immutable_delivery.formats.compose.composed import facts as composed  # noqa: PLC0415

    return composed(documents, ctx)


def within(held: Inside, ctx: ParseContext) -> Iterable[Fact | Build | Recipe]:
    """Return what the services in a text say."""
    from immutable_delivery.formats.compose.composed import services_within  # noqa: PLC0415

    return services_within(held, ctx)


def assign(text: Text, extent: Place, field: str, value: str) -> Edit | None:
    """Return the edit that gives a field of a service another value."""
    from immutable_delivery.syntax.yaml.assignments import assigned, owner_at  # noqa: PLC0415

    owner = owner_at(text, extent.span.start, keyed=True)
    return assigned(text, owner, _FIELDS[field], value) if owner and field in _FIELDS else None
