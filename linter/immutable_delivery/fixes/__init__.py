"""Fixes: from what a policy objects to, to edits that mend it, or the reason why there are none.

A policy names a kind of fix. A kind is a function of a fact, the place that is objected to and what lies around; it edits
texts only where the file holds, character for character, what the fact says: what is escaped, folded or put together from
variables is left to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar, cast

from immutable_delivery.edits.plan import ConflictError, planned
from immutable_delivery.facts import Fact, Image
from immutable_delivery.findings import Edit, Fix
from immutable_delivery.formats import Format
from immutable_delivery.formats.registry import load
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.text import Place, Text

KINDS = {
    "add-checksum": "checksums.fix",
    "exec-form": "starts.fix",
    "frozen-install": "installs.fix",
    "immutable-object": "settings.immutable_object",
    "join-refresh": "refreshes.fix",
    "pin-digest": "pins.fix",
    "pin-revision": "revisions.fix",
    "read-only-root": "settings.read_only_root",
    "remove-repeated": "repeated.fix",
    "remove-suppression": "unused.fix",
}
"""Kinds of fixes, and what of this package makes each: modules are imported when they are asked for."""

DigestOf = Callable[[Image], str | None]
"""Tells the digest of a reference: what the repository states elsewhere, a lock file, a registry."""


F = TypeVar("F", bound=Fact)


class FixContext(Record):
    """What a fix may look at beside its own fact."""

    texts: Mapping[str, Text]
    facts: Callable[[], Iterable[Fact]]
    formats: Mapping[str, str] = field(default_factory=dict)
    """The format of each file that was read."""
    digest_of: DigestOf = lambda _: None
    _sorted: dict[Any, dict[Hashable, list[Any]]] = field(default_factory=dict)

    def kin(self, kind: type[F], key: Callable[[F], Hashable], value: Hashable) -> Sequence[F]:
        """Return the facts of a kind whose key has this value, in their order; sorted once, however often it is asked."""
        if (kind, key) not in self._sorted:
            found = self._sorted[kind, key] = {}
            for fact in self.facts():
                if isinstance(fact, kind):
                    found.setdefault(key(fact), []).append(fact)
        return self._sorted[kind, key].get(value, ())

    def written(self, place: Place) -> str | None:
        """Return what stands at a place; None where the text is not at hand."""
        text = self.texts.get(place.file)
        return None if text is None else text.value[place.span.start : place.span.end]

    def format_of(self, place: Place) -> Format | None:
        """Return the format of a file: it knows how things are written there."""
        name = self.formats.get(place.file, "")
        return load(name) if name else None


Kind = Callable[[Fact, Place, FixContext], Fix]


def fix_of(kind: str, found: Iterable[tuple[Fact, Place]], ctx: FixContext) -> Fix:
    """Return the fix of one finding: what mends every fact that it is about."""
    if kind not in KINDS:
        return none("a person must decide: `imd policy show` says what to write")
    module, _, name = KINDS[kind].partition(".")
    make = cast("Kind", getattr(import_module(f"immutable_delivery.fixes.{module}"), name))
    return _all(make(fact, place, ctx) for fact, place in found)


def stage_of(fact: Fact) -> tuple[str, str]:
    """Return the file and the owner of a fact: the stage, where it is in a Dockerfile."""
    return fact.used_at.file, fact.scope.owner


def none(reason: str, command: str = "") -> Fix:
    """Return that nothing can be mended here, why, and which command can."""
    return Fix(title="", reason=reason, safe=False, command=command)


def edited(title: str, place: Place, text: str, *, safe: bool = True) -> Fix:
    """Return the fix that consists of one edit."""
    return Fix(title=title, edits=(Edit(place=place, text=text),), safe=safe)


def _all(fixes: Iterable[Fix]) -> Fix:
    """Join the fixes of the facts that one place decides: together they must mend them all."""
    found = list(fixes)
    if lacking := next((one for one in found if not one.edits), None):
        return lacking
    edits = tuple(dict.fromkeys(edit for one in found for edit in one.edits))
    try:
        planned(edits)
    except ConflictError:
        return none("a person must decide: what is written here decides several things")
    return replace(found[0], edits=edits, safe=all(one.safe for one in found))
