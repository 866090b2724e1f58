"""The formats: which there are, and what each of them does.

A format is a module with four things: ``NAME``, ``claims``, ``parse`` and ``facts``. A parser never judges. What only some formats
know beside it is a protocol of its own here: how a setting and a digest are written, which files belong together, what an
independent reader says of an edit. So fixes need not know how a file is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeGuard, TypeVar

from immutable_delivery.context import Comment, Inside, ParseContext, ParseProblem, SecondReading
from immutable_delivery.facts import Build, Fact, Recipe
from immutable_delivery.findings import Edit
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Place, Span, Text

Knowing = TypeVar("Knowing")

__all__ = [
    "Assigns",
    "Comment",
    "Encloses",
    "Families",
    "Format",
    "ParseContext",
    "ParseProblem",
    "Pins",
    "Rereads",
    "Revises",
    "Within",
    "implements",
]  # fmt: skip


class Format(Protocol):
    """One file format."""

    NAME: str

    def claims(self, path: str, data: bytes) -> bool:
        """Whether the format reads a file of this path that holds these bytes: by its keys, never by a part of it."""

    def parse(self, text: Text) -> Any:
        """Return the document: pure, picklable, of this file alone; raise UnreadableError."""

    def comments(self, document: Any, text: Text) -> list[Comment]:
        """Return the comments of a document with what they cover."""

    def facts(
        self, documents: Mapping[str, Any], ctx: ParseContext
    ) -> Iterable[Fact | Build | Recipe]:
        """Return what the documents of this format, by path, say: composed as their own engine composes them."""


class Assigns(Format, Protocol):
    """A format that knows how the fields of its facts are written."""

    def assign(self, text: Text, extent: Place, field: str, value: str) -> Edit | None:
        """Return the edit that gives a field of the fact with this extent another value; None where it cannot."""


class Pins(Format, Protocol):
    """A format that writes a digest elsewhere than behind the tag (`newTag:` and `digest:`)."""

    def pin(self, text: Text, place: Place, digest: str) -> Edit | str | None:
        """Return the edit that writes the digest of the tag at this place, or why it cannot; None where it stands behind the tag."""

    def pinned(self, text: Text, place: Place) -> Place | None:
        """Return what goes when the digest at this place goes; None where it stands behind a tag."""


class Revises(Format, Protocol):
    """A format that can write which commit or digest a source is fixed to."""

    def revise(self, text: Text, place: Place, revision: str) -> list[Edit]:
        """Return the edits that fix what stands at a place, a revision or an address; none where they cannot be written."""

    def restore(self, text: Text, place: Place, ref: str) -> list[Edit]:
        """Return the edits that take a commit or digest away, so that this revision counts again ("": none was written)."""


class Families(Format, Protocol):
    """A format whose files are read together where one refers to another."""

    def families(self, paths: Sequence[str], files: Files) -> Iterable[Sequence[str]]:
        """Return the files, put together that are to be read together."""


class Within(Format, Protocol):
    """A format whose documents may stand in files of others."""

    def within(self, held: Inside, ctx: ParseContext) -> Iterable[Fact | Build | Recipe]:
        """Return what the documents in a text say."""


class Encloses(Format, Protocol):
    """A format one file of which says that those around it belong to it, whatever else they look like."""

    def enclosed(self, path: str, files: Files) -> Iterable[tuple[str, str]]:
        """Return the files that belong to a claimed one, itself among them, each with why it is not judged, "" where it is."""


class Rereads(Format, Protocol):
    """A format that an independent reader knows too."""

    def second_reading(
        self, before: Text, after: Text, edits: Sequence[tuple[Span, Span]]
    ) -> SecondReading:
        """Return what that reader says of an edited text."""


def implements(own: Format | None, protocol: type[Knowing]) -> TypeGuard[Knowing]:
    """Whether a format knows what a protocol of this module asks; `isinstance` has `inspect` loaded for it since Python 3.12."""
    return all(hasattr(own, name) for name in vars(protocol) if not name.startswith("_"))
