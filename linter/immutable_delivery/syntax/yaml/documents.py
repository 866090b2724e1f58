"""The documents of a file, cut apart before parsing so that a broken one hides none of its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml.nodes import Document, Mapping

MAX_SECOND_READING = 400_000
"""Longer documents are not read again by the slow parser."""

_BOUNDARY = lazy(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_MARKED = "\n\ufeff"
_MARK = lazy(r"---[ \t]*\r?\n\ufeff")
"""A byte order mark may begin every document of a stream, and libyaml takes only the first."""
_CODE = lazy(rb"\\(?:x|u00|U000000)[4-7][0-9a-fA-F]")
"""A letter written by its code."""
_LONG_KEY = lazy(rb"\?[ \t]+\"[^\"\n]*\\\r?\n")
"""A key over several lines."""
_ALIAS_KEY = lazy(rb"\*[\w.-]+[ \t]+:")
"""A key that an anchor elsewhere spells."""
_TEMPLATE = lazy(r"(?<![\"'])(?:\{\{|\{%|<%)")
_STATEMENT = lazy(r"[ \t]*(?:-[ \t]+)?(?:\{\{|\{%|<%)")
_PREAMBLE = lazy(r"(?:[ \t]*+(?:#[^\r\n]*+)?[\r\n]|%[^\r\n]*+[\r\n])*+\Z")
_BLANK_LINE = lazy(r"^[ \t]++(?=[\r\n#]|\Z)", re.MULTILINE)


def documents(text: Text) -> list[Document]:
    """Return the documents of a YAML or JSON file."""
    from immutable_delivery.syntax.yaml.reader import read  # noqa: PLC0415 (loads ruamel)

    if _MARKED not in text.value:
        try:
            return read(text, *_trimmed(text.value, 0, len(text.value)))
        except UnreadableError:
            pass
    return [document for span in _chunks(text.value) for document in _chunk(text, *span)]


def documents_between(text: Text, start: int, end: int) -> list[Document]:
    """Return the documents in a stretch of a text."""
    return _chunk(text, start, end)


def may_spell(data: bytes) -> bool:
    """Whether an escape or an alias stands in a file that could spell a key, whatever its bytes look like."""
    if b"&" in data and _ALIAS_KEY.search(data):
        return True
    if b"\\" not in data:
        return False
    return _CODE.search(data) is not None or _LONG_KEY.search(data) is not None


def may_hold(data: bytes, *keys: bytes) -> bool:
    """Whether a key of one of these names may stand somewhere in a file, and not only a word."""
    return any(key in data and _key(key).search(data) for key in keys) or may_spell(data)


@cache
def _key(name: bytes) -> re.Pattern[bytes]:
    # what is looked for comes first, else every character is looked at: seventy times as long
    return re.compile(name + rb"(?<![\w.-]" + name + rb")[\"']?(?:\s|#[^\r\n]*+)*+:")


@lru_cache(maxsize=1)
def glance(path: str, data: bytes) -> list[Document]:
    """Return the documents of a file that several formats are asked about, one after the other: it is parsed once."""
    return documents(Text(path, data.decode("utf-8", "replace")))


def roots(path: str, data: bytes) -> list[Mapping]:
    """Return the documents of a file that are mappings, a broken one as far as it can be read: they tell whose file it is."""
    return [one.root for one in glance(path, data) if isinstance(one.root, Mapping)]


def _chunk(text: Text, start: int, end: int) -> list[Document]:
    """Read one document; what libyaml rejects, the more exact parser reads before it is a problem."""
    from immutable_delivery.syntax.yaml.reader import RefusedError, read, read_again  # noqa: PLC0415

    if marked := _MARK.match(text.value, start, end):
        start = marked.end()
    start, end = _trimmed(text.value, start, end)
    try:
        return read(text, start, end)
    except UnreadableError as error:
        hopeless = isinstance(error, RefusedError) or _templated(text, error.offset)
        if hopeless or end - start > MAX_SECOND_READING:
            return [_broken(text, start, end, error)]
    try:
        return read_again(text, start, _BLANK_LINE.sub(_spaces, text.value[start:end]))
    except UnreadableError as error:
        return [_broken(text, start, end, error)]


def _templated(text: Text, offset: int) -> bool:
    """Whether a template stands where libyaml stumbles, or in the line above: no parser reads that."""
    number = text.line_of(min(offset, len(text.value)))
    above = text.line(number - 1) if number > 1 else ""
    return bool(_TEMPLATE.search(text.line(number)) or _STATEMENT.match(above))


def _chunks(value: str) -> Iterator[tuple[int, int]]:
    """Cut a stream: `---` in column 0 begins a document wherever it stands, behind its directives."""
    cuts = [found.start() for found in _BOUNDARY.finditer(value)]
    if cuts and _PREAMBLE.match(value, 0, cuts[0]):
        cuts[0] = 0
    if not cuts or cuts[0]:
        cuts.insert(0, 0)
    for index in range(1, len(cuts)):
        cuts[index] = _before_directives(value, cuts[index - 1], cuts[index])
    return zip(cuts, [*cuts[1:], len(value)], strict=True)


def _before_directives(value: str, floor: int, cut: int) -> int:
    while (start := value.rfind("\n", floor, cut - 1) + 1) > floor and value.startswith("%", start):
        cut = start
    return cut


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _trimmed(value: str, start: int, end: int) -> tuple[int, int]:
    """Leave out blanks around JSON, where tabs are legal and YAML rejects them."""
    content = value[start:end]
    inner = content.strip()
    if not inner.startswith(("{", "[")):
        return start, end
    start += content.index(inner[0])
    return start, start + len(inner)


def _broken(text: Text, start: int, end: int, error: UnreadableError) -> Document:
    at = min(error.offset, len(text.value))
    return Document(None, Place(text.path, Span(start, end)), error.reason, at)
