"""What a computation asks of the repository, and whether the answers are still the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from immutable_delivery.errors import UnreadableError
from immutable_delivery.source.files import Files, State

_UNREADABLE = "! "

Trace: TypeAlias = list[tuple[str, str, str]]
"""Questions and answers: what is asked (read, state, paths), of which path, and a digest of the answer."""


CHANGED = "changed"
"""The answer to a question that had several."""


def digest(data: bytes) -> str:
    """Return what identifies bytes."""
    from hashlib import sha256  # noqa: PLC0415 (it loads OpenSSL)

    return sha256(data).hexdigest()[:32]


class Recorder:
    """The files of a repository, and what has been asked of them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._asked: dict[tuple[str, str], str] = {}

    @property
    def trace(self) -> Trace:
        """Everything that was asked, sorted."""
        return sorted((what, path, answer) for (what, path), answer in self._asked.items())

    @property
    def paths(self) -> Sequence[str]:
        """All files, sorted."""
        found = self._files.paths
        if ("paths", "") not in self._asked:
            self._note("paths", "", _listing_of(_Listing(found)))
        return found

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        try:
            data = self._files.read(path)
        except UnreadableError as error:
            self._note("read", path, unreadable(error))
            raise
        self._note("read", path, digest(data))
        return data

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file or folder."""
        state = self._files.state(path)
        self._note("state", path, state)
        return state

    def _note(self, what: str, path: str, answer: str) -> None:
        """Keep an answer; one that changes while it is asked for is none that will hold again."""
        known = self._asked.setdefault((what, path), answer)
        if known != answer:
            self._asked[what, path] = CHANGED


class _Listing:
    """A list of files, equal only to itself: every group asks for the one of its run, and it may be long."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths

    def __hash__(self) -> int:
        return id(self.paths)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Listing) and other.paths is self.paths


@lru_cache(maxsize=4)
def _listing_of(listing: _Listing) -> str:
    return listing_of(listing.paths)


def listing_of(paths: Sequence[str]) -> str:
    """Return what identifies a listing."""
    return digest("\0".join(paths).encode("utf-8", "surrogateescape"))


def unreadable(error: UnreadableError) -> str:
    """Return the answer for a file that cannot be read."""
    return f"{_UNREADABLE}{error.reason}"


def is_digest(answer: str) -> bool:
    """Tell whether an answer says what a file held."""
    return answer != CHANGED and not answer.startswith(_UNREADABLE)


def holds(trace: Trace, answers: Mapping[str, Callable[[str], str]]) -> bool:
    """Tell whether every question still has the answer that it had."""
    return all(what in answers and answers[what](path) == answer for what, path, answer in trace)
