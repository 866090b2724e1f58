"""Plans, without any forge: what is written, edited, moved, resolved and left alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pytest

from immutable_delivery.findings import Cause, Finding, Report, Severity
from immutable_delivery.forges.diff import FileDiff, Line
from immutable_delivery.forges.model import Note, Plan, State, Style, Thread
from immutable_delivery.records import replace
from immutable_delivery.review import marker
from immutable_delivery.review.plan import Wanted, planned
from immutable_delivery.source.text import Place, Span, Text

LINES = 40
TEXT = Text("f", "".join(f"{number:03}\n" for number in range(1, LINES + 1)))
DIFF = {
    "f": FileDiff(
        "f", "f", {n: Line(f"{n:03}") for n in range(1, 21)}, dict.fromkeys(range(1, 21), 1)
    )
}
WANTED = Wanted(style=Style(suggestion="suggestion"), rules={}, head="1" * 40)


def found(line: int, name: str = "", severity: Severity = "warning", extent: int = 0) -> Finding:
    """Return a finding in a line; of the statement that begins at another where one is named."""
    place = Place("f", Span((line - 1) * 4, (line - 1) * 4 + 3))
    whole = Place("f", Span(((extent or line) - 1) * 4, (line - 1) * 4 + 3))
    return Finding(
        policy="p",
        severity=severity,
        message=name or f"m{line}",
        place=place,
        extent=whole,
        fingerprint=f"{name or line}".encode().hex().zfill(64)[::-1],
    )


def plan(
    findings: Iterable[Finding], *threads: Thread, summary: Note | None = None, **wanted: object
) -> Plan:
    report = Report(findings=tuple(findings), texts={"f": TEXT})
    state = State(diff=DIFF, threads=threads, summary=summary)
    return planned(report, state, replace(WANTED, **wanted))


def thread(
    finding: Finding, line: int, *, settled: Literal["", "us", "others"] = "", replied: bool = False
) -> Thread:
    """Return the earlier comment on a finding."""
    [remark] = plan([finding]).new
    return Thread(
        comment="1",
        thread="T",
        path="f",
        start=line,
        end=line,
        body=remark.body,
        settled=settled,
        replied=replied,
    )


def test_first_review_comments_worst_first_and_sums_up_the_rest() -> None:
    one = plan(
        [
            found(3),
            found(5, severity="error"),
            found(7, severity="note"),
            found(30),
            replace(found(31), cause=Cause(file="g", event="deleted")),
        ],
        most=2,
    )
    assert [(remark.start, remark.end) for remark in one.new] == [(5, 5), (3, 3)]
    assert "f:30:1" in one.summary
    assert "`g was deleted`" in one.summary
    assert one.summary.index("f:30:1") < one.summary.index("f:7:1")
    assert one.verdict
    assert [mark.start for mark in one.verdict.annotations] == [30, 31, 7]
    assert one.opening == "imd has 2 comments on what this pull request changes."


def test_nothing_to_say_is_not_said() -> None:
    one = plan([], status=False)
    assert one == Plan()
    assert plan([found(3)]).summary == ""
    assert plan([found(3)], most=0).new == ()
    assert "f:3:1" in plan([found(3)], most=0).summary


def test_findings_of_one_statement_are_one_comment() -> None:
    [remark] = plan([found(4, "a", extent=2), found(4, "b", "error", extent=2)]).new
    assert remark.body.index("**error**") < remark.body.index("**warning**")
    assert len(plan([found(4, "a", extent=2), found(4, "b", extent=4)]).new) == 2


def test_same_finding_is_said_once() -> None:
    finding = found(3)
    old = thread(finding, 3)
    assert plan([finding], old, status=False) == Plan()
    changed = replace(finding, severity="error")
    [(edited, body)] = plan([changed], old).edited
    assert (edited, "**error**" in body) == (old, True)
    more = plan([finding, found(3, "other")], old)
    assert (more.new, len(more.edited)) == ((), 1)


def test_comment_that_lost_its_line_moves() -> None:
    finding = found(9)
    old = replace(thread(finding, 3), start=0, end=0)
    one = plan([finding], old)
    assert [remark.end for remark in one.new] == [9]
    assert one.deleted == (old,)
    assert one.resolved == ()


@pytest.mark.parametrize("line", [0, 9])
def test_where_people_talk_nothing_is_touched(line: int) -> None:
    finding = found(9)
    talked = thread(finding, line, replied=True)
    assert plan([replace(finding, severity="error")], talked, status=False) == Plan()
    assert plan([], talked, status=False) == Plan()


def test_what_a_person_closed_stays_closed_and_what_we_closed_opens_again() -> None:
    finding = found(9)
    assert plan([finding], thread(finding, 9, settled="others"), status=False) == Plan()
    ours = thread(finding, 9, settled="us")
    assert [one for one, _ in plan([finding], ours).reopened] == [ours]
    [(_, body)] = plan([], thread(finding, 9)).resolved
    edited = replace(ours, settled="", body=body)  # where a forge cannot resolve
    assert plan([], edited, status=False) == Plan()
    assert [one for one, _ in plan([finding], edited).reopened] == [edited]


def test_two_statements_do_not_share_a_comment() -> None:
    both = [found(3, "a", extent=3), found(3, "b", extent=3)]
    [remark] = plan(both).new
    old = Thread(comment="1", thread="T", path="f", start=3, end=3, body=remark.body)
    one = plan([found(3, "a"), found(9, "b")], old)
    assert len(one.new) == 1
    assert len(one.edited) + len(one.deleted) == 1


def test_summary_is_edited_only_where_it_changes() -> None:
    first = plan([found(30)], status=False)
    note = Note("9", first.summary)
    assert plan([found(30)], summary=note, status=False) == Plan()
    assert "nothing to object to" in plan([], summary=note).summary


def test_forges_without_ranges_get_the_last_line() -> None:
    one = plan([found(6, extent=4), found(8, extent=8)], style=Style(multiline=False))
    assert all(remark.start == remark.end for remark in one.new)


def test_what_the_summary_says_no_old_comment_says_too() -> None:
    finding = found(30)
    old = replace(thread(found(3), 3), body=f"x\n\n{marker.written('line', [finding.fingerprint])}")
    one = plan([finding], old)
    assert (one.deleted, "f:30:1" in one.summary) == ((old,), True)
    beyond = plan([found(9)], replace(thread(found(9), 3), start=0, end=0), most=0)
    assert (len(beyond.deleted), "f:9:1" in beyond.summary) == (1, True)
