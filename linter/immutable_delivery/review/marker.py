"""The hidden last line of our comments: by what they are found again, and whether they say that it is fixed."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.forges.model import MARK
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record

DIGITS = 16
"""Of a fingerprint; enough for the comments of one pull request."""
MOST = 50
"""Fingerprints in a mark."""

_WRITTEN = lazy(rf"{MARK}(line|summary) ([0-9a-f,]*)( fixed)? -->\s*\Z")


class Marker(Record, frozen=True):
    """What a comment says of itself."""

    known: frozenset[str] = frozenset()
    fixed: bool = False


def written(kind: str, fingerprints: Iterable[str] = (), *, fixed: bool = False) -> str:
    """Return the mark of a comment."""
    known = ",".join(one[:DIGITS] for one in list(fingerprints)[:MOST])
    return f"{MARK}{kind} {known}{' fixed' if fixed else ''} -->"


def read(body: str) -> Marker:
    """Return the mark of a comment of ours."""
    found = _WRITTEN.search(body)
    if not found:
        return Marker()
    return Marker(frozenset(filter(None, found[2].split(","))), bool(found[3]))


def without(body: str) -> str:
    """Return a comment without its mark."""
    found = _WRITTEN.search(body)
    return (body[: found.start()] if found else body).rstrip()
