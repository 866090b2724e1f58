"""Pins and what is left of them in the words of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.commands.pin.plan import Pin, Revision, Skipped
from immutable_delivery.commands.pin.repository import place_of
from immutable_delivery.commands.pin.sources import SourcePin
from immutable_delivery.fixes.digests import Sheet
from immutable_delivery.source.escape import shown
from immutable_delivery.source.text import Place


def where(place: Place, sheet: Sheet) -> str:
    """Return a place as file, line and column."""
    text = sheet.texts.get(place.file)
    if text is None:
        return place.file
    at = text.position(place.span.start)
    return f"{place.file}:{at.line}:{at.column}"


def pinned(pins: Iterable[Pin], sheet: Sheet) -> Iterator[str]:
    """Yield a line for every reference whose digest changes."""
    for one in sorted(pins, key=lambda pin: place_of(pin.image)):
        at = where(place_of(one.image), sheet)
        yield shown(f"{at}: {one.image.text} -> {one.digest or 'no digest'}")


def taken(pins: Iterable[SourcePin], sheet: Sheet) -> Iterator[str]:
    """Yield a line for every source whose commit changes."""
    for one in sorted(pins, key=lambda pin: pin.source.place_of("ref")):
        at, source = where(one.source.place_of("ref"), sheet), one.source
        yield shown(f"{at}: {source.url}@{source.ref} -> {one.ref}")


def left(those: Iterable[Skipped], sheet: Sheet) -> Iterator[str]:
    """Yield a line for every reference that stays as it is, once."""
    lines = (f"{where(one.place, sheet)}: {one.reference}: {one.reason}" for one in those)
    yield from dict.fromkeys(map(shown, lines))


def revised(those: Iterable[Revision], sheet: Sheet) -> Iterator[str]:
    """Yield a line for every source whose revision changes."""
    for one in sorted(those, key=lambda revision: revision.at):
        to = one.digest or "no revision"
        yield shown(f"{where(one.at, sheet)}: {one.text} -> {to}")
