"""What files plainly are, told by the keys that their documents begin with: no parser is asked."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy

_BLANK = lazy(rb"(?:[ \t]*+(?:#[^\r\n]*+)?\r?\n)*+[ \t]*+(?:#[^\r\n]*+)?\Z")
_HEAD = lazy(rb"(?:[ \t]*+(?:#[^\r\n]*+)?\r?\n)*+(?:apiVersion|kind):[ \t]")
_KEYS = (b"\napiVersion:", b"\nkind:")
_MARK = b"\xef\xbb\xbf"
_BOUNDARY = b"\n---"
_END = b"\n..."


def are_objects(data: bytes) -> bool:
    """Whether every document plainly is an object of Kubernetes: it begins with one of the keys that all have, and has the other."""
    if _END in data:
        return False
    found = [one for one in _documents(data.removeprefix(_MARK)) if not _BLANK.match(one)]
    return bool(found) and all(map(_is_object, found))


def _is_object(document: bytes) -> bool:
    """Whether a document, with the line before it, is one: nothing before its first key can make it part of a text."""
    if not _HEAD.match(document):
        return False
    return all(key in document or document.startswith(key[1:]) for key in _KEYS)


def _documents(data: bytes) -> Iterator[bytes]:
    """Yield what stands between `---`, which ends a document wherever it stands at the start of a line."""
    first, *others = (b"\n" + data).split(_BOUNDARY)
    yield first[1:]
    yield from others
