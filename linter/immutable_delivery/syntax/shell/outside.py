"""What a script finds around it: the scripts that it reads in, and where the root of the repository lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText


class Seen(Record, frozen=True):
    """The variables of a shell when it reads a script in."""

    values: Mapping[str, LocatedText | None] = field(default_factory=dict)
    """Those that it has set; None where the value is unknown."""
    likely: Mapping[str, LocatedText] = field(default_factory=dict)
    """What those may hold whose value is unknown."""


class Outside(Protocol):
    """The files and folders that a script sees."""

    @property
    def root(self) -> str | None:
        """The root of the repository, as from where the script starts; None where nobody knows."""

    def text(self, path: str, folder: str | None) -> LocatedText | None:
        """Return the text of a script that is read in a folder; None where nobody knows it."""


class _Nothing:
    root: str | None = None

    def text(self, path: str, folder: str | None) -> LocatedText | None:  # noqa: ARG002 (there is none)
        return None


NOTHING: Outside = _Nothing()
"""No file is seen."""


class Consulted:
    """What a script finds around it, and what it has asked of it."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.root = outside.root
        self.answers: dict[tuple[str, str | None], LocatedText | None] = {}

    def text(self, path: str, folder: str | None) -> LocatedText | None:
        """Return the text of a script that is read in a folder; None where nobody knows it."""
        return self.answers.setdefault((path, folder), self._outside.text(path, folder))

    def still(self, outside: Outside) -> bool:
        """Whether every question would have the same answer."""
        same = (outside.text(*asked) == said for asked, said in self.answers.items())
        return self.root == outside.root and all(same)
