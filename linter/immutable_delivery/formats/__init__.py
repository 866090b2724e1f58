"""The formats: which there are, and what each of them does.

A format is a module with four things: ``NAME``, ``claims``, ``parse`` and ``facts``. A parser never judges.

So that fixes need not know how a file is written, it may have two more: ``assign(text, extent, field, value)`` returns the edit
that gives a field of the fact with this extent another value, and ``pin(text, place, digest)`` the one that writes a digest
elsewhere than behind the tag at this place; both None where they cannot. ``second_reading(before, after, edits)`` tells what an
independent reader says of an edited text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from immutable_delivery.context import Comment, Surroundings, Trouble
from immutable_delivery.facts import Build, Fact
from immutable_delivery.text import Text

__all__ = ["Comment", "Format", "Surroundings", "Trouble"]


class Format(Protocol):
    """One file format."""

    NAME: str

    def claims(self, path: str, head: bytes) -> bool:
        """Whether the format reads a file of this path that begins with these bytes (64 KiB at most)."""

    def parse(self, text: Text) -> Any:
        """Return the document: pure, picklable, of this file alone; raise UnreadableError."""

    def comments(self, document: Any, text: Text) -> list[Comment]:
        """Return the comments of a document with what they cover."""

    def facts(self, documents: Mapping[str, Any], around: Surroundings) -> Iterable[Fact | Build]:
        """Return what the documents of this format, by path, say: composed as their own engine composes them."""
