"""The formats: which there are, and what each of them does.

A format is a module with four things: ``NAME``, ``claims``, ``parse`` and ``facts``. A parser never judges.

So that fixes need not know how a file is written, it may have two more: ``assign(text, extent, field, value)`` returns the edit
that gives a field of the fact with this extent another value, and ``pin(text, place, digest)`` the one that writes a digest
elsewhere than behind the tag at this place; both None where they cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from immutable_delivery.facts import Build, Fact, Scope
from immutable_delivery.files import Files
from immutable_delivery.records import Record, field
from immutable_delivery.text import Place, Text


class Comment(Record, frozen=True, array_like=True):
    """A comment that may hold a suppression, and what it covers."""

    text: str
    """The comment without its marker."""
    start: int
    end: int
    covers: tuple[int, int] | None = None
    """The span of the statement that it stands above or at the end of; None: the whole file."""
    within: tuple[int, int] | None = None
    """The span of the document or object that it stands in; None: the whole file."""


class Trouble(Record, frozen=True, array_like=True):
    """Something a file says that its own engine would refuse, or that cannot be followed."""

    path: str
    offset: int
    reason: str
    template: bool = False
    """It is a template: counted, not judged."""


class Surroundings(Record):
    """What a format may know beside its own documents when it makes facts."""

    files: Files
    builds: Sequence[Build] = ()
    """What manifests build: given to the formats that describe images."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The part of the configuration that concerns reading: environments, table extensions."""
    troubles: list[Trouble] = field(default_factory=list)
    """Where a format says what it could not follow."""
    texts: dict[str, Text] = field(default_factory=dict)
    """Texts of further files that facts point into (scripts, .env): a format adds them."""
    scopes: dict[str, Scope] = field(default_factory=dict)
    """What files reach that may say nothing themselves: an overlay that only names its base."""

    def report(self, place: Place, reason: str) -> None:
        """Say what cannot be, at its place."""
        self.troubles.append(Trouble(place.file, place.span.start, reason))


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
