"""What git tells a hook of a push."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from immutable_delivery.errors import UsageError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.escape import shown

_OBJECT = lazy(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


class Update(Record, frozen=True):
    """A ref that a push moves: from ``old``, empty where it is new, to ``new``, empty where it is deleted."""

    ref: str
    old: str
    new: str


def sent(lines: Iterable[bytes]) -> Iterator[Update]:
    """Read what git gives to pre-push: local ref, local object, remote ref, remote object."""
    for line in _written(
        lines
    ):  # a person may write the local one with spaces: `:/words of a message`
        _, new, ref, old = _words(line.rsplit(" ", 3), 4)
        yield Update(ref, _object(old), _object(new))


def received(lines: Iterable[bytes]) -> Iterator[Update]:
    """Read what git gives to pre-receive: old object, new object, ref."""
    for line in _written(lines):
        old, new, ref = _words(line.split(" ", 2), 3)
        yield Update(ref, _object(old), _object(new))


def _written(lines: Iterable[bytes]) -> Iterator[str]:
    return (os.fsdecode(line).removesuffix("\n") for line in lines if line.strip())


def _words(words: list[str], number: int) -> list[str]:
    if len(words) != number:
        told = shown(" ".join(words))
        raise UsageError(f"'{told}' is not what git tells a hook of a push: {number} words a line")
    return words


def _object(name: str) -> str:
    """Return the name of an object, empty for git's zeros, which stand for none."""
    if not _OBJECT.match(name):
        raise UsageError(f"'{shown(name)}' is no name of an object of git")
    return name if name.strip("0") else ""
