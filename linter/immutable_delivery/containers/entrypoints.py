"""Programs that well-known images start by themselves: what a manifest adds are their arguments."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Entrypoints


def with_program(image: str | None, arguments: Sequence[LocatedText]) -> list[LocatedText]:
    """Return arguments behind the program of the image; it stands where the first of them does."""
    programs = known(Entrypoints).programs
    words = programs.get(name_and_tag(image or "")[0], ()) if arguments else ()
    return [*(_at(arguments[0].used_at, word) for word in words), *arguments]


def _at(place: Place, word: str) -> LocatedText:
    return LocatedText.unaligned(word, place)
