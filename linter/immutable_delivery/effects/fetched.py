"""The fact of a download, as far as its own words tell it."""

from __future__ import annotations

import re

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.bypasses import bypasses
from immutable_delivery.effects.download import FROM_ELSEWHERE
from immutable_delivery.effects.program_tables import Fetcher
from immutable_delivery.effects.stage import Event, decided
from immutable_delivery.effects.verification import behind
from immutable_delivery.facts import Fetch, Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.urls import Address
from immutable_delivery.syntax.shell import Word

_HOST = lazy(
    r"(?:https?|ftp)://(?!(?:[\w.-]+\.)?(?:github|githubusercontent|gitlab|bitbucket)\.\w+/(?!.*/releases/))[\w.:-]+/"
)
"""A host whose addresses name no commits."""
_FINGERPRINT = lazy(r"(?:0x)?[0-9A-Fa-f]{40,}")
"""The whole of it; of a shorter part anybody can make a key."""
_TODAY = lazy(r"latest|stable|current|releases\b|/tags\b|version", re.IGNORECASE)


def fetch(
    event: Event,
    fetcher: Fetcher,
    arguments: Arguments,
    word: Word,
    address: Address,
    chosen: Word | None,
) -> Fetch:
    """Return the fact; what checks, unpacks and runs the bytes shows later."""
    places = {"url": decided(word)}
    pin: Pin | None = address.pin
    moves = address.revision.text
    revision: str | None = moves
    start = word.text.find(moves) if moves else -1
    if start >= 0:
        places["revision"] = word.written.place(start, start + len(moves))
    if chosen is not None:
        pin, revision = _chosen(chosen), chosen.text if chosen.known else None
        places["revision"] = chosen.place
    elif arguments.given(fetcher.fingerprint):
        pin, revision = "digest" if _FINGERPRINT.fullmatch(word.text) else "none", ""
    elif fetcher.follows:
        pin, revision = "alias", fetcher.follows
    checks = bypasses(arguments, fetcher.bypass)
    if checks.place is not None:
        places["bypassed_checks"] = checks.place
    known = word.known or pin == "alias"
    if not known and pin in {"exact", "none"} and _HOST.match(word.text):
        known, pin, revision = True, "none", ""  # whatever the rest is, it holds no checksum
    moving = not word.known and any(_moves(other) for other in event.feeding(word))
    return Fetch(
        used_at=places["url"],
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places=places,
        tool=event.call.name,
        url=word.text if word.known else None,
        source_type=address.source_type,
        revision=FROM_ELSEWHERE if moving else revision if known else None,
        pin="alias" if moving else pin if known else None,
        verified=bool(address.checksum or arguments.given(fetcher.checksum)) or pin == "digest",
        bypassed_checks=checks.names,
        credentials=address.credentials,
    )


def _chosen(word: Word) -> Pin | None:
    """Grade a revision of Subversion or Mercurial: a number or a hash is a content address."""
    text = word.text.lstrip("r")
    if word.unresolved:
        return None
    if text.isdigit() or re.fullmatch(r"[0-9a-f]{12,40}", text):
        return "digest"
    return "exact" if re.search(r"\d+\.\d+", text) else "alias"


def _moves(event: Event) -> bool:
    """Whether the output of a call is what the network says today: `$(curl …/latest)`."""
    asked = (one for one in behind(event) if one.call.name in {"curl", "wget"})
    return any(_TODAY.search(one.call.text) for one in asked)
