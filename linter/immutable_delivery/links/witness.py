"""What linking asks of the repository, beside the facts: whether a change of a file may change the links of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from immutable_delivery.source.files import Files, State

if TYPE_CHECKING:
    from immutable_delivery.links.past import Past

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Witness:
    """The files of a repository, and what of them has been asked for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.contents: set[str] = set()
        """The files that were read."""
        self.listing = False
        """Whether anybody asked which files there are."""
        self.history = False
        """Whether anybody asked what the repository was before."""

    @property
    def paths(self) -> Sequence[str]:
        """All files, sorted."""
        self.listing = True
        return self._files.paths

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        self.contents.add(path)
        return self._files.read(path)

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file or folder."""
        self.listing = True
        return self._files.state(path)

    def noted(self, ask: Callable[[Question], Answer]) -> Callable[[Question], Answer]:
        """Return a question to the history that is noted when it is asked."""

        def asked(about: Question) -> Answer:
            self.history = True
            return ask(about)

        return asked

    def recalled(self, past: Past) -> Past:
        """Return the history, of which is noted that it is asked."""
        return _Noted(self, past)


class _Noted:
    """The history of a repository, whose first question is noted."""

    def __init__(self, witness: Witness, past: Past) -> None:
        self._past = past
        self.changes, self.environments = witness.noted(past.changes), past.environments

    @property
    def missing(self) -> str:
        """Why earlier versions are not known; empty where all are."""
        return self._past.missing
