"""Where a kustomization writes a digest: beside the tag, as an entry of its own."""

from __future__ import annotations

from functools import lru_cache

from immutable_delivery.findings import Edit
from immutable_delivery.formats.kustomize.model import FILE_NAMES
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Mapping, documents
from immutable_delivery.syntax.yaml.assignments import assigned
from immutable_delivery.syntax.yaml.query import mappings
from immutable_delivery.syntax.yaml.removals import with_separator


def pin(text: Text, place: Place, digest: str) -> Edit | None:
    """Return the edit that adds a digest to the entry of `images` that decides a name or tag; None where none does."""
    for entry in _images(text):
        values = (entry.get(key) for key in ("newTag", "newName"))
        if any(value is not None and value.place == place for value in values):
            return assigned(text, entry, ["digest"], digest)
    return None


def pinned(text: Text, place: Place) -> Place | None:
    """Return the `digest` entry that a digest stands in, with what separates it from its neighbours; None elsewhere."""
    for entry in _images(text):
        key, value = entry.entries.get("digest", (None, None))
        if key is not None and value is not None and value.place == place:
            return with_separator(text, key.place, value.end)
    return None


@lru_cache(maxsize=2)
def _images(text: Text) -> list[Mapping]:
    """Return the entries of `images` in a kustomization; asked for once for each of them."""
    if text.path.rpartition("/")[2] not in FILE_NAMES:
        return []
    return [
        mapping for document in documents(text) for mapping in mappings(document.root, "images")
    ]
