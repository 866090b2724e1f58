"""What nobody read, said once for each cause: the first place speaks, the others are where else it shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.facts import Fact, Source, SourceType, Unread
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place

_ELSEWHERE: Mapping[SourceType, tuple[str, str]] = {
    "kustomize": ("remote base", "what lies in another repository is not fetched"),
    "include": ("remote include", "what lies elsewhere is not fetched"),
    "chart": ("chart", "it is not rendered"),
    "git": ("remote source", "what lies in another repository is not fetched"),
    "oci": ("remote artifact", "what lies in a registry is not fetched"),
    "bucket": ("bucket", "what lies in it is not fetched"),
}
"""What a manifest takes from elsewhere: how to call it, and why nobody reads it."""

_ABSENT = ("path of this repository", "it does not lie here; another branch may hold it")


def link_unread(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts, those of what is taken from elsewhere added; the first of each cause relates to the others."""
    moving = list(_elsewhere(facts, moving=True))
    every = [*facts, *_elsewhere(facts, moving=False)]
    causes: dict[tuple[str, str], list[Unread]] = defaultdict(list)
    for fact in every:
        if isinstance(fact, Unread):
            causes[fact.subject, fact.reason].append(fact)
    groups = {id(min(group, key=_place)): group for group in causes.values()}
    return [
        _leading(fact, groups[id(fact)])
        if isinstance(fact, Unread) and id(fact) in groups
        else fact
        for fact in every
    ] + moving


def _elsewhere(facts: Sequence[Fact], *, moving: bool) -> Iterator[Unread]:
    """Yield what nobody read of sources; of those that move that is told already, and they lead no others."""
    for fact in facts:
        if isinstance(fact, Source) and fact.scope.deployed and _is_elsewhere(fact):
            if (fact.pin in {"none", "alias"} and not fact.own) is not moving:
                continue
            subject, reason = _ABSENT if fact.own else _ELSEWHERE[fact.source_type]
            yield Unread(
                used_at=fact.used_at,
                extent=fact.extent,
                scope=fact.scope,
                subject=subject,
                reason=reason,
            )


def _is_elsewhere(source: Source) -> bool:
    """Whether a source brings something that nobody here reads; an address of charts brings nothing by itself."""
    brings = source.pin != "" or bool(source.through)
    return source.source_type in _ELSEWHERE and brings and not source.read


def _leading(first: Unread, group: Sequence[Unread]) -> Unread:
    others = sorted({fact.used_at for fact in group} - {first.used_at})
    return replace(first, related=(*first.related, *others), count=len(others) + 1)


def _place(fact: Fact) -> tuple[Place, Place]:
    return fact.used_at, fact.extent
