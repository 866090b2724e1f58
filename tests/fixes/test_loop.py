"""Mending: in rounds, and never a text that is worse than before."""

from __future__ import annotations

from immutable_delivery.findings import Edit, Finding, Fix, Report
from immutable_delivery.fixes.loop import Choose, mend
from immutable_delivery.source.files import Files, MemoryFiles
from immutable_delivery.source.text import Place, Span, Text


def judged(files: Files) -> Report:
    """Find every `x`, and a text that holds `!` unreadable."""
    findings, texts = [], {}
    for path in files.paths:
        text = texts[path] = Text.decode(path, files.read(path))
        for at, char in enumerate(text.value):
            if char in "x!":
                place = Place(path, Span(at, at + 1))
                policy = "no-x" if char == "x" else "unreadable"
                findings.append(
                    Finding(policy=policy, severity="error", message="", place=place, extent=place)
                )
    return Report(findings=tuple(findings), texts=texts)


def to(text: str, *, start: int = 0, end: int = 0) -> Choose:
    def choose(finding: Finding, _: Report) -> Fix | None:
        if finding.policy != "no-x":
            return None
        span = finding.place.span
        place = finding.place.at(span.start + start, span.end + end)
        return Fix(title="t", edits=(Edit(place=place, text=text),))

    return choose


def test_all_findings_of_a_file_go_in_one_run() -> None:
    mended = mend(MemoryFiles({"a": "x-x", "b": "-", "c": "x"}), judged, to("o"))
    assert {change.path: (change.before, change.after) for change in mended.changes} == {
        "a": (b"x-x", b"o-o"),
        "c": (b"x", b"o"),
    }
    assert [(one.finding.place.file, one.line, one.column) for one in mended.made] == [
        ("a", 1, 1),
        ("a", 1, 3),
        ("c", 1, 1),
    ]
    assert mended.left.findings == ()


def test_edits_that_exclude_each_other_wait_for_the_next_round() -> None:
    mended = mend(MemoryFiles({"a": "-xx-xx-"}), judged, to("oo", end=1))
    assert [change.after for change in mended.changes] == [b"-oo-oo-"]


def test_a_fix_that_leaves_its_finding_is_taken_back() -> None:
    mended = mend(MemoryFiles({"a": "x"}), judged, to("xy"))
    assert mended.changes == ()
    assert mended.made == ()
    assert mended.refused == {("no-x", "a"): "the fix would not hold here"}
    assert len(mended.left.findings) == 1


def test_a_fix_that_makes_a_text_unreadable_is_taken_back_and_others_are_made() -> None:
    def choose(finding: Finding, report: Report) -> Fix | None:
        return to("!" if finding.place.file == "a" else "o")(finding, report)

    mended = mend(MemoryFiles({"a": "x", "b": "x"}), judged, choose)
    assert [(change.path, change.after) for change in mended.changes] == [("b", b"o")]
    assert mended.refused == {("no-x", "a"): "the fix would make the file unreadable"}


def test_an_edit_that_a_second_reader_refuses_is_not_made() -> None:
    files = MemoryFiles({"a": "x", "b": "x"})
    mended = mend(files, judged, to("o"), lambda *_: {"b": "is read otherwise"})
    assert [change.path for change in mended.changes] == ["a"]
    assert mended.refused == {("no-x", "b"): "is read otherwise"}
