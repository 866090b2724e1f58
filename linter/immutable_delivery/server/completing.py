"""What may be written next in the files that speak to imd and in ignore comments, and what it means that stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.findings import Rule
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.policy.expressions import Signature
from immutable_delivery.records import Record
from immutable_delivery.server import ours
from immutable_delivery.server.expressions import compared, names, signature
from immutable_delivery.server.outline import Cursor, cursor

_COMMENT = lazy(r"imd:\s*ignore(?:-\w+)?\[[^\]\n]*\Z")
_IN_MESSAGE = lazy(r"\{[^{}]*\Z")
_BACK = lazy(r"[\w./*-]*\Z")
_ID = lazy(r"[\w./*-]+")
_COLON = lazy(r"['\"]?\s*:")
_POLICIES = frozenset({"select", "ignore", "add", "ids", "supersedes"})
"""Keys whose lists name policies."""
_BY_POLICY = frozenset({"severity", "params"})
"""Keys of a configuration whose mappings have policies for keys."""
_CONDITIONS = frozenset({"deny", "when"})


class Word(Record, frozen=True):
    """A word and what it means."""

    text: str
    about: str = ""


class Written(Record, frozen=True):
    """A file of ours that is being written."""

    schema: str
    """The schema that it has to fit; empty for a file of other tools."""
    text: str
    policies: Mapping[str, Rule]

    def completions(self, offset: int) -> list[Word]:
        """Return what fits at an offset."""
        before = self.text[:offset]
        if _COMMENT.search(before):
            return list(self._ids())
        return list(dict.fromkeys(self._fitting(cursor(before), offset))) if self.schema else []

    def begin(self, offset: int) -> int:
        """Return where the word begins that is written at an offset."""
        line = self.text[:offset].rpartition("\n")[2]
        found = _BACK.search(line)
        return offset - len(found[0] if found else "")

    def explained(self, offset: int) -> tuple[str, int, int]:
        """Return what the word at an offset means, and where it begins and ends; "" where nothing is known of it."""
        start = self.begin(offset)
        found = _ID.match(self.text, start)
        if not self.schema or found is None:
            return "", offset, offset
        return self._meaning(found[0].rstrip("."), start), start, found.end()

    def _meaning(self, word: str, start: int) -> str:
        where = cursor(self.text[:start])
        known = next((one.about for one in self._fitting(where, start) if one.text == word), "")
        if known or not where.is_key or not _COLON.match(self.text, start + len(word)):
            return known
        return ours.at(self.schema, (*where.keys, word)).about

    def _fitting(self, where: Cursor, offset: int) -> Iterator[Word]:
        if own := self._signature(where, offset):
            yield from _of_expression(own, where)
            return
        part = ours.at(self.schema, where.keys)
        if where.is_key:
            yield from (Word(name, about) for name, about in part.entries())
        yield from (Word(value, part.about) for value in part.choices())
        if self._names_policies(where):
            yield from self._ids()

    def _names_policies(self, where: Cursor) -> bool:
        last = where.keys[-1] if where.keys else ""
        return last in _POLICIES or (
            self.schema == "config" and where.is_key and last in _BY_POLICY
        )

    def _signature(self, where: Cursor, offset: int) -> Signature | None:
        """Return what an expression may name that is being written; None where none is."""
        last = where.keys[-1] if where.keys else ""
        if self.schema == "policygroup" and where.keys[:1] == ("when",) and where.keys[1:]:
            return signature("", 0, "image" if last == "any" else last)
        if self.schema != "policy" or "examples" in where.keys:
            return None
        if last == "message" and not _IN_MESSAGE.search(where.value):
            return None
        wanted = last in _CONDITIONS or last in {"message", "at"}
        return signature(self.text, offset) if wanted else None

    def _ids(self) -> Iterator[Word]:
        for one in self.policies.values():
            yield Word(one.id, f"{one.name}\n\n{one.why.strip()}")


def _of_expression(own: Signature, where: Cursor) -> Iterator[Word]:
    """Yield what fits in an expression: words of the field that is compared, else the fields."""
    if where.keys[-1] == "at":
        fields = (name for name, _ in names(own) if not name.startswith("params."))
        yield from map(Word, fields)
        return
    words = [word for word in compared(own, where.value) if word]
    yield from (Word(word) for word in words) if words else (Word(*one) for one in names(own))
