"""What nobody read is said once for each cause."""

from __future__ import annotations

from immutable_delivery.facts import Fact, Pin, Scope, Source, SourceType, Unread
from immutable_delivery.links.unread import link_unread
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place, Span

DEPLOYED = Scope(owner="kustomization k", deployed=True)


def place(file: str, at: int = 0) -> Place:
    return Place(file, Span(at, at + 1))


def unread(file: str, subject: str, reason: str = "nobody reads it") -> Unread:
    return Unread(used_at=place(file), extent=place(file), subject=subject, reason=reason)


def source(
    kind: SourceType, scope: Scope = DEPLOYED, *, read: bool = False, pin: Pin = "exact"
) -> Source:
    at = place("k.yaml")
    return Source(used_at=at, extent=at, scope=scope, source_type=kind, read=read, pin=pin)


def told(*facts: Fact) -> list[tuple[str, str, int, tuple[Place, ...]]]:
    linked = [fact for fact in link_unread(facts) if isinstance(fact, Unread) and fact.count]
    return [(fact.used_at.file, fact.subject, fact.count, fact.related) for fact in linked]


def test_the_first_place_of_a_cause_relates_to_all_others() -> None:
    facts = [unread("c", "cmd"), unread("a", "cmd"), unread("b", "cmd")]
    expected = [("a", "cmd", 3, (place("b"), place("c")))]
    assert told(*facts) == told(*reversed(facts)) == expected


def test_another_subject_or_reason_is_another_cause() -> None:
    facts = [unread("a", "cmd"), unread("a", "perl"), unread("a", "cmd", "it is too long")]
    assert [(subject, count) for _, subject, count, _ in told(*facts)] == [
        ("cmd", 1), ("perl", 1), ("cmd", 1),
    ]  # fmt: skip


def test_the_same_place_seen_through_many_overlays_counts_once() -> None:
    assert told(unread("a", "cmd"), unread("a", "cmd")) == [("a", "cmd", 1, ())]


def test_what_a_manifest_takes_from_elsewhere_is_not_read() -> None:
    kinds: tuple[SourceType, ...] = ("kustomize", "chart", "include", "git", "oci", "bucket")
    assert [told(source(kind))[0][1] for kind in kinds] == [
        "remote base",
        "chart",
        "remote include",
        "remote source",
        "remote artifact",
        "bucket",
    ]
    assert told(source("feature"), source("chart", Scope())) == []


def test_what_lies_here_and_what_is_only_an_address_is_not_told() -> None:
    assert told(source("git", read=True), source("chart", pin="")) == []


def test_what_moves_is_told_as_that_and_leads_no_other() -> None:
    assert told(source("git", pin="alias")) == []
    assert told(source("git", pin="alias"), source("git"))[0][1:3] == ("remote source", 1)
    unseen = [fact for fact in link_unread([source("git", pin="none")]) if isinstance(fact, Unread)]
    assert [fact.count for fact in unseen] == [0]


def test_a_path_of_this_repository_that_does_not_lie_here_is_told_whatever_moves() -> None:
    for pin in ("alias", "digest"):
        absent = replace(source("git", pin=pin), own=True)
        assert [subject for _, subject, _, _ in told(absent)] == ["path of this repository"]
