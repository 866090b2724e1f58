"""Where a kustomization writes a digest: beside the tag, as an entry of its own."""

from __future__ import annotations

from immutable_delivery.findings import Edit
from immutable_delivery.formats.kustomize.model import FILE_NAMES
from immutable_delivery.formats.lookup import mappings
from immutable_delivery.formats.yamltree import documents
from immutable_delivery.formats.yamltree.assignments import assigned
from immutable_delivery.text import Place, Text


def pin(text: Text, place: Place, digest: str) -> Edit | None:
    """Return the edit that adds a digest to the entry of `images` that decides a name or tag; None where none does."""
    if text.path.rpartition("/")[2] not in FILE_NAMES:
        return None
    for document in documents(text):
        for entry in mappings(document.root, "images"):
            values = (entry.get(key) for key in ("newTag", "newName"))
            if any(value is not None and value.place == place for value in values):
                return assigned(text, entry, ["digest"], digest)
    return None
