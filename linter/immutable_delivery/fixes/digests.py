"""Where the digest of an image reference is written, or would be: the exact place, or the reason why there is none.

A format whose references are written in parts (`newTag:` and `digest:`) says itself where a digest is written and what goes
with it. Everywhere else a digest stands behind the reference, after `@`.
"""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.facts import Image
from immutable_delivery.findings import Edit
from immutable_delivery.formats import Pins, implements
from immutable_delivery.formats.registry import load
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place, Text


class NoSlotError(Exception):
    """Why a digest cannot be written, for a person."""


class Sheet(Record, frozen=True):
    """The texts of the files, and which format reads each."""

    texts: Mapping[str, Text]
    formats: Mapping[str, str]

    def at(self, place: Place) -> str:
        """Return what stands at a place, "" where the file is not at hand."""
        text = self.texts.get(place.file)
        return text.value[place.span.start : place.span.end] if text else ""

    def pin(self, place: Place, digest: str) -> Edit | str | None:
        """Return the edit that writes a digest elsewhere than behind the tag at this place, or why it cannot; None where it goes there."""
        text, own = self._at_hand(place)
        return own.pin(text, place, digest) if text and own else None

    def pinned(self, place: Place) -> Place | None:
        """Return what goes with the digest at this place; None where it stands behind a reference."""
        text, own = self._at_hand(place)
        return own.pinned(text, place) if text and own else None

    def _at_hand(self, place: Place) -> tuple[Text | None, Pins | None]:
        name = self.formats.get(place.file)
        own = load(name) if name else None
        return self.texts.get(place.file), own if implements(own, Pins) else None


def insert_digest(image: Image, digest: str, sheet: Sheet) -> Edit:
    """Return the edit that writes the digest of a reference that has none; raise NoSlotError where it cannot stand."""
    if image.unresolved or image.reference is None:
        raise NoSlotError(f"nothing here gives {image.unresolved or 'a placeholder in it'} a value")
    said = [
        sheet.pin(at, digest) for field in ("tag", "repository") if (at := image.places.get(field))
    ]
    for edit in said:
        if isinstance(edit, Edit):
            return edit
    if reason := next((one for one in said if one), ""):
        raise NoSlotError(str(reason))
    at = image.places.get("pin")
    if at is None:
        raise NoSlotError(
            "its tag is put together from several texts, or a chart that is not here uses it, and a digest would hold whatever they say"
        )
    if not sheet.at(at) or not image.reference.endswith(sheet.at(at)):
        raise NoSlotError("it is not written here as plain text")
    return Edit(place=at.at(at.span.end, at.span.end), text=f"@{digest}")


def replace_digest(image: Image, digest: str, sheet: Sheet) -> Edit:
    """Return the edit that replaces the digest of a reference."""
    return Edit(place=_written(image, sheet), text=digest)


def remove_digest(image: Image, sheet: Sheet) -> Edit:
    """Return the edit that takes the digest of a reference away."""
    at = _written(image, sheet)
    own = sheet.pinned(at)
    start = at.span.start - 1
    if own is None and sheet.texts[at.file].value[start] != "@":
        raise NoSlotError("its digest is not written behind the reference")
    return Edit(place=own or at.at(start, at.span.end), text="")


def _written(image: Image, sheet: Sheet) -> Place:
    at = image.places.get("digest")
    if at is None or sheet.at(at) != image.digest:
        raise NoSlotError("its digest is not written here as plain text")
    return at
