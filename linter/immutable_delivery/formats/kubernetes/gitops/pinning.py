"""How objects of Argo CD and Flux write a commit or a digest, and what goes when it goes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from immutable_delivery.findings import Edit
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence, documents
from immutable_delivery.syntax.yaml.assignments import assigned
from immutable_delivery.syntax.yaml.removals import removed, with_separator

_WHOLE = ("targetRevision", "version")
"""Keys whose value a commit or version takes the place of."""
_FLUX = ("tag", "branch", "name", "semver")
_ENTRY = ("newTag", "newName")
_PARTS = ("tag", "repository")
_WRITTEN = ("commit", "digest")
_REST = lazy(r"[\"']?(?P<end>)[ \t]*(?:\r?\n|\Z)")
_COMMENT = lazy(r"[\"']?(?P<start>) # (?P<ref>\S[^\r\n]*?)(?P<end>)[ \t]*(?:\r?\n|\Z)")


def revise(text: Text, place: Place, revision: str) -> list[Edit]:
    """Return the edits that fix what stands at a place, a revision or an address, to a commit, digest or version; none where they cannot."""
    key = "digest" if ":" in revision else "commit"
    for holder in _mappings(text):
        if any(_at(holder, one, place) for one in _WHOLE):
            return _replaced(text, place, revision)
        if any(_at(holder, one, place) for one in _FLUX):
            return _some(assigned(text, holder, [key], revision))
        if _at(holder, "repoURL", place):
            return _some(assigned(text, holder, ["targetRevision"], revision))
        if _at(holder, "chart", place):
            return _some(assigned(text, holder, ["version"], revision))
        if _at(holder, "url", place):
            return _some(assigned(text, holder, ["ref", key], revision))
    return []


def restore(text: Text, place: Place, ref: str) -> list[Edit]:
    """Return the edits that take a commit or digest at a place away, so that this revision counts again."""
    for holder, above in _with_holders(text):
        whole = next((one for one in _WHOLE if _at(holder, one, place)), None)
        if whole is not None:
            return _put_back(text, place, ref) if ref else _some(removed(text, holder, whole))
        key = next((one for one in _WRITTEN if _at(holder, one, place)), None)
        if key is not None:
            alone = len(holder.entries) == 1 and above is not None
            return _some(
                removed(text, above, "ref") if alone and above else removed(text, holder, key)
            )
    return []


def _some(edit: Edit | None) -> list[Edit]:
    return [edit] if edit is not None else []


def _at(holder: Mapping, key: str, place: Place) -> bool:
    value = holder.get(key)
    return isinstance(value, Scalar) and value.place == place


def _replaced(text: Text, place: Place, revision: str) -> list[Edit]:
    """Return a revision instead of another, which a comment keeps where the line ends there."""
    old = text.value[place.span.start : place.span.end]
    edits = [Edit(place=place, text=revision)]
    rest = _REST.match(text.value, place.span.end)
    if rest and old.strip():
        edits.append(Edit(place=place.at(rest.end("end"), rest.end("end")), text=f" # {old}"))
    return edits


def _put_back(text: Text, place: Place, ref: str) -> list[Edit]:
    edits = [Edit(place=place, text=ref)]
    found = _COMMENT.match(text.value, place.span.end)
    if found and found["ref"] == ref:
        edits.append(Edit(place=place.at(found.start("start"), found.end("end")), text=""))
    return edits


@lru_cache(maxsize=2)
def _mappings(text: Text) -> list[Mapping]:
    return [holder for holder, _ in _with_holders(text)]


def _with_holders(text: Text) -> Iterator[tuple[Mapping, Mapping | None]]:
    """Yield every mapping of a file with the one that holds it."""
    waiting: list[tuple[Node | None, Mapping | None]] = [
        (one.root, None) for one in documents(text)
    ]
    while waiting:
        node, above = waiting.pop()
        if isinstance(node, Sequence):
            waiting += [(one, above) for one in node.items]
        elif isinstance(node, Mapping):
            yield node, above
            waiting += [(value, node) for _, value in node.items()]


def pin(text: Text, place: Place, digest: str) -> Edit | None:
    """Return the edit that writes a digest in a field of its own beside a tag; None where there is none."""
    for holder in _mappings(text):
        if any(_at(holder, key, place) for key in _ENTRY):
            return assigned(text, holder, ["digest"], digest)
        if any(_at(holder, key, place) for key in _PARTS) and "digest" in holder.entries:
            return assigned(text, holder, ["digest"], digest)
    return None


def pinned(text: Text, place: Place) -> Place | None:
    """Return what goes when a digest goes that has a field of its own: an entry, or what stands in a field of values."""
    for holder in _mappings(text):
        key = holder.key("digest")
        if key is not None and _at(holder, "digest", place):
            entry = any(name in holder.entries for name in _ENTRY)
            return with_separator(text, key.place, place.span.end) if entry else place
    return None
