"""What may be written next in `.imd.yaml`, `delivery.yaml` and ignore comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.policy.model import Policy
from immutable_delivery.records import Record
from immutable_delivery.resources import shipped

_COMMENT = lazy(r"imd:\s*ignore(?:-\w+)?\[[^\]]*\Z")
_SCHEMAS = {
    ".imd.yaml": "config", ".imd.yml": "config", "delivery.yaml": "contract", "delivery.yml": "contract",
}  # fmt: skip
_KEY = re.compile(r"(?P<indent> *)(?P<written>[\w-]*)\Z")


class Word(Record, frozen=True):
    """A word and what it means."""

    text: str
    about: str


def words(name: str, before: str, policies: Iterable[Policy]) -> list[Word]:
    """Return what fits behind the text ``before`` of a file called ``name``."""
    line = before.rpartition("\n")[2]
    if _COMMENT.search(line) or (name in _SCHEMAS and _names_policies(before)):
        return [Word(one.id, one.name) for one in policies]
    key = _KEY.match(line)
    if name not in _SCHEMAS or key is None:
        return []
    return [
        Word(name, about)
        for name, about in _keys(_SCHEMAS[name], _above(before, len(key["indent"])))
    ]


def _names_policies(before: str) -> bool:
    """Whether a list or mapping of policies is being written."""
    indent = len(before.rpartition("\n")[2]) - len(before.rpartition("\n")[2].lstrip())
    return re.search(r"(?:ids|ignore|select): *\[[^\]]*\Z", before) is not None or _above(
        before, indent
    ) == ["severity"]


def _above(before: str, indent: int) -> list[str]:
    """Return the keys that hold a line of so much indentation, the outermost first."""
    found: list[str] = []
    for line in reversed(before.split("\n")[:-1]):
        depth = len(line) - len(line.lstrip(" "))
        key = re.match(r" *(?:- )?([\w-]+):", line)
        if key and depth < indent:
            found.append(key[1])
            indent = depth
    return found[::-1]


def _keys(schema: str, above: Iterable[str]) -> list[tuple[str, str]]:
    node = json.loads(shipped("schemas", f"{schema}.schema.json"))
    for key in above:
        node = node.get("properties", {}).get(key, {})
        node = node.get("items", node)
    return [(name, one.get("description", "")) for name, one in node.get("properties", {}).items()]
