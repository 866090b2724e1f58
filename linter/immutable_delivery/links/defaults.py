"""One expression in many places is one decision: what its default gives is decided where it stands first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from immutable_delivery.facts import Fact, Image
from immutable_delivery.records import replace
from immutable_delivery.source.files import Files, read_text

_VARIABLE = "${"


def link_defaults(facts: Sequence[Fact], files: Files) -> list[Fact]:
    """Return the facts in which images of one expression and file are decided at one place; the others use it."""
    first = _first(facts, files)
    return [
        replace(fact, places=first[at].places) if (at := id(fact)) in first else fact
        for fact in facts
    ]


def _first(facts: Sequence[Fact], files: Files) -> dict[int, Image]:
    """Return for each image of a repeated expression the one that stands first."""
    groups: dict[Hashable, list[Image]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, Image) and fact.places:
            groups[fact.used_at.file, fact.text].append(fact)
    repeated = [group for group in groups.values() if len(group) > 1]
    found: dict[int, Image] = {}
    for group in repeated:
        found |= _of_expressions(group, files)
    return found


def _of_expressions(images: Sequence[Image], files: Files) -> dict[int, Image]:
    text = read_text(files, images[0].used_at.file)
    first: dict[str, Image] = {}
    found: dict[int, Image] = {}
    for image in sorted(images, key=lambda image: image.used_at):
        span = image.used_at.span
        written = text.value[span.start : span.end] if text else ""
        if _VARIABLE in written:
            found[id(image)] = first.setdefault(written, image)
    return found
