"""Whose chart says something: of somebody else's only what values of this repository decide is told, and where they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from immutable_delivery.facts import Fact, Image, Install
from immutable_delivery.formats.helm.rendering import Rendered
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.traced import UNKNOWN

Foreign = Callable[[Place], bool]

_DECIDES = ("tag", "digest", "pin", "reference")
"""What a person changes of an image, the first that is written."""


def ours(facts: Iterable[Fact], rendered: Rendered) -> Iterator[Fact]:
    """Yield the facts that something of this repository decides, at its places alone."""
    for fact in facts:
        kept = _kept(fact, rendered.foreign)
        if kept is not None:
            yield _told(kept, rendered)


def _told(fact: Fact, rendered: Rendered) -> Fact:
    """Return a fact that says what hides a value, where that is none of its variables."""
    if not isinstance(fact, Image) or fact.unresolved != UNKNOWN:
        return fact
    missing = f"the chart '{rendered.missing[0]}'" if rendered.missing else "what a release brings"
    return replace(fact, unresolved=missing)


def _kept(fact: Fact, foreign: Foreign) -> Fact | None:
    strange = [name for name, place in fact.places.items() if foreign(place)]
    elsewhere = foreign(fact.used_at)
    if not strange and not elsewhere:
        return _with_packages(fact, foreign)
    if elsewhere and isinstance(fact, Image) and foreign(fact.place_of(*_DECIDES)):
        return None
    places = {name: place for name, place in fact.places.items() if name not in strange}
    if elsewhere and not places:
        return None
    first = min(places.values()) if elsewhere else fact.used_at
    extent = first if foreign(fact.extent) else fact.extent
    related = tuple(place for place in fact.related if not foreign(place))
    moved = replace(fact, used_at=first, extent=extent, places=places, related=related)
    return _with_packages(moved, foreign)


def _with_packages(fact: Fact, foreign: Foreign) -> Fact | None:
    """Leave out the packages that a script of somebody else names."""
    if not isinstance(fact, Install) or not fact.packages:
        return fact
    packages = tuple(one for one in fact.packages if not foreign(one.place))
    return replace(fact, packages=packages) if packages else None
