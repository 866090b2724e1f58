"""What a builder itself fetches: ADD from the network, a build context that lies elsewhere."""

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


def is_repository(address: str) -> bool:
    """Whether BuildKit takes an address for that of a repository."""
    return bool(_GIT.match(address))


def fetch(
    word: LocatedText, tool: str, scope: Scope, extent: Place, *, checked: bool | None = False
) -> Fetch:
    """Return the fact of an address; ``checked`` tells whether the builder compares what comes with a checksum."""
    context = word.text.startswith("github.com/")  # which ADD takes for a path
    address = of_url(word.text, word.unresolved, git=context or is_repository(word.text))
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
    )
