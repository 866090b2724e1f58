"""What an engine itself fetches: ADD from the network, a build context that lies elsewhere, an artifact of a task."""

from __future__ import annotations

import re

from immutable_delivery.facts import Fetch, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_GIT = lazy(
    r"git://|ssh://|git@|[\w.+-]+@[\w.-]+:|https?://[^?#]*\.git(?:[?#]|\Z)",
    re.IGNORECASE,
)

_FORCED = "git::"
"""How HashiCorp's go-getter writes that an address is a repository's, whatever it looks like."""
_ARCHIVE = lazy(r"\.(?:zip|tgz|tbz2|txz|tar(?:\.(?:gz|bz2|xz|zst))?)(?:/|\Z)", re.IGNORECASE)


def is_repository(address: str) -> bool:
    """Whether BuildKit takes an address for that of a repository."""
    return bool(_GIT.match(address))


def fetch(
    word: LocatedText,
    tool: str,
    scope: Scope,
    extent: Place,
    *,
    checked: bool | None = False,
    unpacks: bool = False,
) -> Fetch:
    """Return the fact of an address.

    ``checked`` tells whether what comes is compared with a checksum, ``unpacks`` whether archives are unpacked by the way.
    """
    forced = word.text.startswith(_FORCED)
    word = word.slice(len(_FORCED)) if forced else word
    context = word.text.startswith("github.com/")  # which ADD takes for a path
    git = forced or context or is_repository(word.text)
    address = of_url(word.text, word.unresolved, git=git)
    found, places = address.revision, {"url": word.used_at}
    revision = word.slice(found.start, found.start + len(found.text)) if found.text else None
    if revision is not None:
        places["revision"] = revision.place()
    verified = True if address.checksum else checked
    known = address.pin if word.known or address.pin == "alias" else None
    return Fetch(
        used_at=word.used_at,
        extent=extent,
        scope=scope,
        places=places,
        tool=tool,
        url=word.value,
        source_type=address.source_type,
        revision=revision.value if revision else "" if word.known else None,
        pin="digest" if address.source_type == "git" and verified else known,
        verified=verified,
        credentials=address.credentials,
        unpacked=unpacks and _ARCHIVE.search(word.text.partition("?")[0]) is not None,
    )
