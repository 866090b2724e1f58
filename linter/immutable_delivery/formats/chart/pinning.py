"""Where the values of a chart hold the digest of an image: in a field of its own, where the chart has one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from immutable_delivery.findings import Edit
from immutable_delivery.formats.chart.layout import FILE
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence, documents
from immutable_delivery.syntax.yaml.assignments import assigned

_PARTS = ("tag", "version", "repository", "name", "image", "registry")
"""The fields of an image beside which charts keep its digest."""
_DIGESTS = ("digest", "sha")
_SHA = "sha256:"


def pin(text: Text, place: Place, digest: str) -> Edit | str | None:
    """Return the edit that writes a digest beside a tag; why there is none, or None where it goes behind the tag."""
    for holder in _mappings(text):
        at = (holder.get(part) for part in _PARTS)
        if any(value is not None and value.place == place for value in at):
            key = next((one for one in _DIGESTS if one in holder.entries), None)
            if key is not None:
                said = digest.removeprefix(_SHA) if key == "sha" else digest
                return assigned(text, holder, [key], said)
    if text.path.rpartition("/")[2] == FILE:
        return "its tag is the appVersion of the chart, which says more than this image; give the chart a value for its tag or digest"
    return None


def pinned(text: Text, place: Place) -> Place | None:
    """Return the text of the field that a digest stands in; None where it stands behind a tag."""
    fields = (holder.get(key) for holder in _mappings(text) for key in _DIGESTS)
    return next((one.place for one in fields if one is not None and one.place == place), None)


@lru_cache(maxsize=2)
def _mappings(text: Text) -> list[Mapping]:
    """Return every mapping of a file; asked for once for each of them."""
    if "/templates/" in f"/{text.path}":
        return []
    return [one for document in documents(text) for one in _below(document.root)]


def _below(root: Node | None) -> Iterator[Mapping]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            yield node
            waiting += [value for _, value in node.items()]
