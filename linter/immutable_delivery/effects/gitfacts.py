"""Facts of repositories: the address that a command names, and the revision that it settles on."""

from __future__ import annotations

from immutable_delivery.effects.stage import Event, decided
from immutable_delivery.facts import Fetch
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.urls import Address, of_ref, of_url
from immutable_delivery.syntax.shell import Word

_BRANCH = lazy(r"(?:refs/heads/|origin/|upstream/)")
_BEHIND = lazy(r"[~^].*$")


def repository(
    event: Event,
    url: Word | None,
    verb: Word,
    ref: Word | None = None,
    bypassed: tuple[str, ...] = (),
) -> Fetch:
    """Return the fact of a repository, at its address or, where none is named, at the verb."""
    address = of_url(url.text, url.missing, git=True) if url else Address("git", "")
    place = decided(url) if url else verb.place
    fact = Fetch(
        used_at=place,
        extent=event.extent,
        related=event.related,
        scope=event.scope,
        places={"url": place},
        tool="git",
        url=url.text if url and url.known else None,
        source_type="git",
        revision=address.revision.text,
        pin=address.pin,
        verified=address.pin == "digest",
        bypassed_checks=bypassed,
        credentials=address.credentials,
    )
    return settled(fact, ref) if ref is not None else fact


def settled(fact: Fetch, ref: Word) -> Fetch:
    """Return a repository with the revision that a word names."""
    places = {**fact.places, "revision": decided(ref)}
    if ref.missing:
        return replace(fact, revision=None, pin=None, verified=None, places=places)
    branch = _BRANCH.match(ref.text)
    text = _BEHIND.sub("", ref.text[branch.end() if branch else 0 :])
    pin = "alias" if branch else of_ref(text)
    return replace(fact, revision=text, pin=pin, verified=pin == "digest", places=places)
