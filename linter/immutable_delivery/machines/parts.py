"""The parts of user data: MIME multipart, archives of cloud-config, and what its first line says that a text is.

Source: cloud-init's documentation of user-data formats, and EC2Launch's of tasks in user data.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import Cutter, unaligned
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import mappings, scalar, text

MAX_DEPTH = 5
"""Parts in parts."""

_MULTIPART = lazy(
    r"\s*(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/", re.IGNORECASE
)
_BOUNDARY = lazy(r"\bboundary\s*=\s*\"?([^\"\s;]+)", re.IGNORECASE)
_HEAD = lazy(r"(?:[^\n]+\n)*(?:\r?\n|\Z)")
_TYPE = lazy(r"^content-type:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)
_ENCODED = lazy(
    r"^content-transfer-encoding:\s*(?!7bit|8bit|binary)(\S+)", re.IGNORECASE | re.MULTILINE
)
_BASE64 = lazy(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*")
_JINJA = lazy(r"\s*##[ \t]*template:[ \t]*jinja[^\n]*\n")
_WINDOWS = lazy(r"<(powershell|script)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_ARCHIVE = "#cloud-config-archive"
_FIRST = {
    "#cloud-config": "text/cloud-config",
    "#include": "text/x-include-url",
    "#cloud-boothook": "text/cloud-boothook",
    "#!": "text/x-shellscript",
}
"""What begins a text of a type: a declared type is believed only where nothing does."""


class Part(Record, frozen=True):
    """One part."""

    kind: str
    """Its type, text/x-shellscript …; empty where nothing tells it."""
    text: LocatedText
    encoding: str = ""
    """How it is encoded, where it is."""


def parts(written: LocatedText, declared: str = "", depth: int = 0) -> Iterator[Part]:
    """Yield the parts of a text that is handed to a machine."""
    written = _decoded(written)
    jinja = _JINJA.match(written.text)
    written = written.slice(jinja.end()) if jinja else written
    windows = list(_WINDOWS.finditer(written.text))
    if depth < MAX_DEPTH and written.text.lstrip().startswith(_ARCHIVE):
        yield from _archived(written, depth + 1)
    elif depth < MAX_DEPTH and _MULTIPART.match(written.text):
        yield from _multipart(written, depth + 1)
    elif windows:
        for found in windows:
            yield Part(found[1].lower(), written.slice(*found.span(2)))
    else:
        yield Part(_kind(written.text, declared), written)


def _decoded(written: LocatedText) -> LocatedText:
    """Return the text that somebody encoded by hand, where it is one."""
    if not _BASE64.fullmatch(written.text):
        return written
    try:
        text = b64decode(written.text).decode("utf-8")
    except ValueError:
        return written
    return unaligned(text, written) if _kind(text, "") or _MULTIPART.match(text) else written


def _kind(content: str, declared: str) -> str:
    head = content.lstrip()
    return next((kind for first, kind in _FIRST.items() if head.startswith(first)), declared)


def _archived(written: LocatedText, depth: int) -> Iterator[Part]:
    for document in inner_documents(written):
        for node in mappings(document.root):
            content = scalar(node, "content")
            if content is not None:
                yield from parts(content.written, text(node, "type"), depth)


def _multipart(written: LocatedText, depth: int) -> Iterator[Part]:
    boundary = _BOUNDARY.search(written.text)
    if boundary is None:
        yield Part("", written)
        return
    mark = re.escape(boundary[1])
    cuts = list(re.finditer(rf"^--{mark}(?:--)?[ \t]*\r?(?:\n|\Z)", written.text, re.MULTILINE))
    cutter = Cutter(written)
    for one, following in pairwise(cuts):
        yield from _bodied(cutter.cut(one.end(), following.start()), depth)


def _bodied(written: LocatedText, depth: int) -> Iterator[Part]:
    """Yield what stands below the head of a part."""
    head = _HEAD.match(written.text)
    said, end = (head[0], head.end()) if head else ("", 0)
    kind, encoding = _TYPE.search(said), _ENCODED.search(said)
    declared = kind[1].lower() if kind else ""
    body = written.slice(end)
    if encoding is not None:
        yield Part(declared, body, encoding[1])
    else:
        yield from parts(body, declared, depth)
