"""What files plainly are, told by the keys that their documents begin with: no parser is asked."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy

_EMPTY = rb"(?:[ \t]*+(?:#[^\r\n]*+)?\r?\n)*+"
_KEY = rb"[A-Za-z_][\w.-]*+:(?=[ \t\r\n])"
_REST = rb"[^\r\n\"'{}\[\]|>]*+(?:(?:\"[^\r\n\"\\]*+\"|\{\}|\[\])[^\r\n\"'{}\[\]|>]*+)*+\r?\n"
"""The rest of a line at whose end no text and no bracket is open."""
_BLANK = lazy(_EMPTY + rb"[ \t]*+(?:#[^\r\n]*+)?\Z")
_BEGUN = lazy(_EMPTY + _KEY)
_OTHERS = rb"(?:(?!apiVersion:|kind:)" + _KEY + _REST + rb"(?:[ \t#-]" + _REST + rb")*+)*+"
_HEAD = lazy(_EMPTY + _OTHERS + rb"(?:apiVersion|kind):[ \t]")
_KEYS = (b"\napiVersion:", b"\nkind:")
_MARK = b"\xef\xbb\xbf"
_BOUNDARY = lazy(rb"\n---(?=[ \t\r\n]|\Z)")
_END = b"\n..."
_RETURN = lazy(rb"\r(?!\n)")
"""A line break by itself, which no expression here takes for one."""


def are_objects(data: bytes) -> bool:
    """Whether every document plainly is an object of Kubernetes: one of the keys that all have is among its first, and it has the other."""
    if not _is_plain(data):
        return False
    found = [one for one in _documents(data.removeprefix(_MARK)) if not _BLANK.match(one)]
    return bool(found) and all(map(_is_object, found))


def are_mappings(data: bytes) -> bool:
    """Whether every document plainly is a mapping, or broken: it begins with a key."""
    if not _is_plain(data):
        return False
    found = _documents(data.removeprefix(_MARK))
    return all(_BLANK.match(one) or _BEGUN.match(one) for one in found)


def _is_plain(data: bytes) -> bool:
    """Whether nothing ends a document or a line in another way than is looked for here."""
    return _END not in data and not (b"\r" in data and _RETURN.search(data))


def _is_object(document: bytes) -> bool:
    """Whether a document, with the line before it, is one: nothing before these keys can make them part of a text."""
    if not _HEAD.match(document):
        return False
    return all(key in document or document.startswith(key[1:]) for key in _KEYS)


def _documents(data: bytes) -> Iterator[bytes]:
    """Yield what stands between `---`, which ends a document wherever it stands at the start of a line."""
    first, *others = _BOUNDARY.split(b"\n" + data)
    yield first[1:]
    yield from others
