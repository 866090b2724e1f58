"""What holds nothing: the schemas of custom resources, most of the bytes of many repositories.

No fact is made of one, so it is read when a patch or a replacement asks for what is in it. What is wrong in one that
nobody asks for is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import MARKERS
from immutable_delivery.source.text import Span, Text
from immutable_delivery.syntax.yaml import Document, Mapping, Sequence, documents
from immutable_delivery.syntax.yaml.deferred import Stretch, defer, read_without
from immutable_delivery.syntax.yaml.query import find, mapping, text

_KEY = "openAPIV3Schema"
_KIND = "CustomResourceDefinition"
_BEGIN = lazy(rf"\n( +){_KEY}:[ \t]*(?=\n( +)[A-Za-z]\w*:(?:[ \n]|\Z))")
_UNPLAIN = lazy(
    r"[\t\r\ufeff{<:-](?:(?<=[\t\r\ufeff])|(?<=\{)[{%]|(?<=<)(?:%|<:)|(?<=[:-]) +[&*!])"
)
"""Templates, aliases and what is not indented by blanks: such a schema is read with its file. Each is told by a character before it, for
a search that begins with one skips what holds none.
"""
_OUTSIDE = lazy(r"^\s*#|\s#")
LEAST = 2_000
"""So many characters are worth it."""


def read(source: Text) -> list[Document]:
    """Return the documents of a file, without the schemas where that can be."""
    value = source.value
    stretches = list(_stretches(value)) if _KEY in value and f"kind: {_KIND}" in value else []
    if not stretches or any(marker in value for marker in MARKERS):
        return documents(source)
    found = read_without(source, stretches)
    if found is None or not _deferred(found, source, stretches):
        return documents(source)
    return found


def _stretches(value: str) -> Iterator[Stretch]:
    """Yield the blocks below the key: the lines that are indented deeper."""
    at = 0
    while begin := _BEGIN.search(value, at):
        indent, start = len(begin[1]), begin.end() + 1
        outer = re.compile(rf"\n {{0,{indent}}}(?=[^ \n])").search(value, begin.end())
        at = outer.start() if outer else len(value)
        end = start + len(value[start:at].rstrip())
        last = value.rfind("\n", start, end) + 1
        inner = len(begin[2])
        plain = inner > indent and not _OUTSIDE.search(value, last, end)
        if end - start >= LEAST and plain and not _UNPLAIN.search(value, start, end):
            yield Stretch(begin.end(1), start, Span(start + inner, end))


def _deferred(found: list[Document], source: Text, stretches: list[Stretch]) -> bool:
    """Put what is read later in the place of each stretch; False where one is not what it looked like."""
    by_key = {one.key: one for one in stretches}
    for document in found:
        for around in _holders(document):
            holder = around[-1]
            key = holder.key(_KEY) if isinstance(holder, Mapping) else None
            stretch = by_key.pop(key.place.span.start, None) if key is not None else None
            if stretch is not None and not defer(around, _KEY, source, stretch):
                return False
    return not by_key


def _holders(document: Document) -> Iterator[list[Mapping | Sequence]]:
    """Yield what a schema stands in, with all around that."""
    root, spec = mapping(document.root), mapping(document.root, "spec")
    if root is None or spec is None or text(root, "kind") != _KIND:
        return
    if (whole := mapping(spec, "validation")) is not None:
        yield [root, spec, whole]
    versions = find(spec, "versions")
    if isinstance(versions, Sequence):
        for one in versions.items:
            if isinstance(one, Mapping) and (schema := mapping(one, "schema")) is not None:
                yield [root, spec, versions, one, schema]
