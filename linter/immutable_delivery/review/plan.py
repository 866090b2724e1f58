"""From findings and earlier comments to what to write, edit, resolve and leave alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from immutable_delivery.findings import Finding, Report, Rule, Severity
from immutable_delivery.forges.model import Annotation, Plan, Remark, State, Style, Thread, Verdict
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import Record, field
from immutable_delivery.reporters.located import worst_first
from immutable_delivery.reporters.plain import count, printable
from immutable_delivery.review import marker
from immutable_delivery.review.anchors import Anchor, anchor_of
from immutable_delivery.review.statements import Statement, lines_of, statements
from immutable_delivery.review.wording import Left, Words, comment, fixed, summary, title

USUAL = 30
"""Comments that a person still reads; GitHub slows down who writes more at once."""
MOST = 50

_LEVELS: Mapping[Severity, Literal["failure", "warning", "notice"]] = {
    "error": "failure",
    "warning": "warning",
    "note": "notice",
}


class Wanted(Record, frozen=True, kw_only=True):
    """How to review."""

    style: Style
    rules: Mapping[str, Rule]
    head: str = ""
    most: int = USUAL
    """Comments on lines, at most."""
    foreign: bool = False
    """Whether the report is nobody's that is trusted."""
    status: bool = True
    """Whether to say the verdict in the list of checks."""


class _Draft(Record):
    """A plan that is being made."""

    new: list[Remark] = field(default_factory=list)
    edited: list[tuple[Thread, str]] = field(default_factory=list)
    resolved: list[tuple[Thread, str]] = field(default_factory=list)
    reopened: list[tuple[Thread, str]] = field(default_factory=list)
    deleted: list[Thread] = field(default_factory=list)
    outside: list[Finding] = field(default_factory=list)
    beyond: list[Finding] = field(default_factory=list)
    standing: int = 0
    """Comments that stay where they are."""


def planned(report: Report, state: State, wanted: Wanted) -> Plan:
    """Return what a review of these findings does."""
    words = Words(report, wanted.style, wanted.rules, wanted.head)
    found, earlier = statements(report), _known(state.threads)
    matched = _matched(found, earlier)
    draft = _Draft()
    for statement in found:
        found_at = anchor_of(report, statement, state.diff, foreign=wanted.foreign)
        anchor = _fitted(found_at, wanted.style)
        _place(draft, words, statement, anchor, matched.get(id(statement)), wanted.most)
    taken = {id(thread) for thread in matched.values()}
    for thread in state.threads:
        if id(thread) not in taken and not _done(thread):
            draft.resolved.append((thread, fixed(words, thread.body)))
    return _finished(draft, words, state, wanted)


def _known(threads: Sequence[Thread]) -> Mapping[str, Thread]:
    """Return earlier comments by what they are about; one that is still open before others."""
    found: dict[str, Thread] = {}
    for thread in sorted(threads, key=lambda one: not _settled(one)):
        found |= dict.fromkeys(marker.read(thread.body).known, thread)
    return found


def _matched(found: Sequence[Statement], earlier: Mapping[str, Thread]) -> Mapping[int, Thread]:
    """Return the earlier comment of each statement that has one; none belongs to two."""
    matched: dict[int, Thread] = {}
    taken: set[int] = set()
    for statement in found:
        known = (earlier.get(one[: marker.DIGITS]) for one in statement.fingerprints)
        thread = next((one for one in known if one and id(one) not in taken), None)
        if thread:
            matched[id(statement)] = thread
            taken.add(id(thread))
    return matched


def _settled(thread: Thread) -> str:
    """Return who settled a conversation; we, where the comment says that it is fixed."""
    return thread.settled or ("us" if marker.read(thread.body).fixed else "")


def _done(thread: Thread) -> bool:
    """Whether nothing is to be said in a conversation any more: it is settled, or people talk in it."""
    return bool(_settled(thread)) or thread.replied


def _fitted(anchor: Anchor | None, style: Style) -> Anchor | None:
    """Return an anchor as the forge takes it: at its last line, where it knows no others."""
    if anchor is None or style.multiline:
        return anchor
    return Anchor(anchor.path, anchor.end, anchor.end, anchor.suggestion)


def _place(
    draft: _Draft,
    words: Words,
    statement: Statement,
    anchor: Anchor | None,
    thread: Thread | None,
    most: int,
) -> None:
    """Decide what becomes of one statement."""
    if thread and (thread.replied or _settled(thread) == "others"):
        draft.standing += not _settled(thread)
    elif anchor and thread and _stands(thread, anchor):
        draft.standing += 1
        _again(draft, thread, comment(words, statement, anchor))
    else:
        _anew(draft, words, statement, anchor, most)
        draft.deleted += [thread] if thread else []


def _anew(
    draft: _Draft, words: Words, statement: Statement, anchor: Anchor | None, most: int
) -> None:
    """Say of a statement what no comment on its line says: on the line, or in the summary."""
    if anchor is None:
        draft.outside += statement.findings
    elif draft.standing + len(draft.new) < most:
        body = comment(words, statement, anchor)
        draft.new.append(Remark(path=anchor.path, start=anchor.start, end=anchor.end, body=body))
    else:
        draft.beyond += statement.findings


def _stands(thread: Thread, anchor: Anchor) -> bool:
    """Whether an earlier comment is shown where it would be written today."""
    return (thread.path, thread.start, thread.end) == (anchor.path, anchor.start, anchor.end)


def _again(draft: _Draft, thread: Thread, body: str) -> None:
    if _settled(thread):
        draft.reopened.append((thread, body))
    elif thread.body.rstrip() != body.rstrip():
        draft.edited.append((thread, body))


def _finished(draft: _Draft, words: Words, state: State, wanted: Wanted) -> Plan:
    left = Left(tuple(worst_first(draft.outside)), tuple(worst_first(draft.beyond)))
    told = summary(words, left) if state.summary or left.outside or left.beyond else ""
    if state.summary and state.summary.body.rstrip() == told.rstrip():
        told = ""
    number = len(draft.new)
    return Plan(
        new=tuple(draft.new), edited=tuple(draft.edited), resolved=tuple(draft.resolved),
        reopened=tuple(draft.reopened), deleted=tuple(draft.deleted), summary=told,
        opening=f"imd has {count(number, 'comment')} on what this {wanted.style.event} changes." if number else "",
        verdict=_verdict(words, left) if wanted.status else None,
    )  # fmt: skip


def _verdict(words: Words, left: Left) -> Verdict:
    report = words.report
    findings = worst_first([*left.outside, *left.beyond])
    marks = tuple(_annotation(report, one) for one in findings if one.place.file in report.texts)
    return Verdict(fails=fails(report), title=title(report), annotations=marks)


def _annotation(report: Report, finding: Finding) -> Annotation:
    start, end = lines_of(report, finding.place)
    return Annotation(
        path=finding.place.file, start=start, end=end, level=_LEVELS[finding.severity],
        title=finding.policy, message=printable(finding.message),
    )  # fmt: skip
