"""Which files and documents are Kubernetes': by path, then by keys, then by API group.

Keys that stand as people write them are seen without parsing; a file in which both words occur otherwise is parsed. Only
one without them, and without an escape that could spell them, certainly holds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from immutable_delivery.formats.kustomize.model import FILE_NAMES
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Sequence, may_spell, roots
from immutable_delivery.syntax.yaml.query import text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import ApiGroups

_PATH = lazy(r"\.(?:ya?ml|json)\Z")
_VERSION = lazy(rb"apiVersion[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'#,]*)")
_KIND = lazy(rb"kind[\"']?[ \t]*:")
_JSON_VERSION = lazy(rb"apiVersion[\"']?\s*:\s*[\"']?([^\s\"'#,]*)")
_JSON_KIND = lazy(rb"kind[\"']?\s*:")
_INSERTED = lazy(r"^[ \t]*(?:- +)*(?:[\w.\"'/-]+:[ \t]+)?[|>]?\{\{", re.MULTILINE)
_BLOCK = lazy(r"^[ \t]*\{%", re.MULTILINE)
_TOKEN = lazy(r"<%|@@?[A-Z][A-Z0-9_]*@|%%?[A-Z][A-Z0-9_]*%")
"""Placeholders that no YAML value begins with."""
_CHART = lazy(r"(?:^|/)templates/")


def claims(path: str, data: bytes) -> bool:
    """Whether a file may hold objects, or is a kustomization."""
    if path.rpartition("/")[2] in FILE_NAMES:
        return True
    if not _PATH.search(path) or not _may_hold_objects(data):
        return False
    if (root := _json(data)) is not None:
        return {"apiVersion", "kind"} <= root.keys() and not _is_of_tool(root["apiVersion"])
    return _plainly_holds_objects(data) or any(
        {"apiVersion", "kind"} <= root.entries.keys() and not is_foreign(root)
        for root in roots(path, data)
    )


def _may_hold_objects(data: bytes) -> bool:
    return (b"kind" in data and b"apiVersion" in data) or may_spell(data)


def _json(data: bytes) -> dict[str, Any] | None:
    """Return what is JSON in braces: a schema of objects is long, and this is told in no time; None for all else."""
    if data.lstrip()[:1] != b"{":
        return None
    import json  # noqa: PLC0415 (most of what is asked about is YAML)

    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return root if isinstance(root, dict) else None


def _plainly_holds_objects(data: bytes) -> bool:
    """Whether both keys stand at the start of a line, or anywhere in JSON."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] in {b"{", b"["}:
        versions, kinds = _JSON_VERSION.finditer(data), _JSON_KIND.finditer(data)
    else:
        versions, kinds = _keys(_VERSION, data), _keys(_KIND, data)
    tools = known(ApiGroups).of_tools
    own = any(not tools.match(found[1].decode("utf-8", "replace")) for found in versions)
    return own and next(kinds, None) is not None


def _keys(pattern: re.Pattern[bytes], data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield where a key stands at the start of a line; anchored, the pattern would stop at every line."""
    for found in pattern.finditer(data):
        before = data[max(found.start() - 2, 0) : found.start()]
        if before[-1:] in {b'"', b"'"}:
            before = before[:-1]
        if before[-1:] in {b"", b"\n"}:
            yield found


def is_foreign(root: Mapping) -> bool:
    """Whether an object is the configuration of a tool."""
    return _is_of_tool(text(root, "apiVersion"))


def _is_of_tool(version: object) -> bool:
    return isinstance(version, str) and known(ApiGroups).of_tools.match(version) is not None


def template_at(document: Document, source: Text) -> int | None:
    """Return where a document turns out to be a template, which nobody can read before it is filled in."""
    span = document.place.span
    at = source.value.find("{{", span.start, span.end)
    if document.problem:
        if _TOKEN.match(source.value, document.problem_at):
            return document.problem_at
        if found := _BLOCK.search(source.value, span.start, span.end):
            return found.end() - 2
    if at < 0:
        return None
    if document.problem and _CHART.search(source.path):
        return at
    if document.root is None:
        found = _INSERTED.search(source.value, span.start, span.end)
        return found.end() - 2 if found and document.problem else None
    return _inserted(document.root, source)


def _inserted(root: Node, source: Text) -> int | None:
    """Return where `{{ … }}` stands for a value: YAML takes it for a mapping whose key is a mapping."""
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            if node.entries and source.value.startswith("{{", node.place.span.start):
                return node.place.span.start
            waiting += [value for _, value in node.items()]
    return None
