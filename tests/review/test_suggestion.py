"""Suggestions: pressed, they leave exactly what `imd fix` would write."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.attacks.judging import DIGEST, judged

from immutable_delivery.edits.plan import planned
from immutable_delivery.findings import Edit, Finding, Fix, Report
from immutable_delivery.forges.diff import FileDiff, Line, file_diff
from immutable_delivery.records import replace
from immutable_delivery.review.suggestion import Suggestion, suggestion
from immutable_delivery.source.text import Place, Span, Text

POLICIES = sorted((Path(__file__).parents[2] / "policies").glob("*/*.yaml"))


def whole(text: Text) -> FileDiff:
    """Return the diff of a new file."""
    lines = dict(enumerate((Line(one) for one in text.value.removesuffix("\n").split("\n")), 1))
    return FileDiff(text.path, text.path, lines, dict.fromkeys(lines, 1))


def pressed(text: str, found: Suggestion) -> str:
    lines = text.split("\n")
    lines[found.start - 1 : found.end] = found.lines
    return "\n".join(lines)


def _examples() -> Iterator[Any]:
    for path in POLICIES:
        text = path.read_text("utf-8")
        if "\nfix:" in text:
            policy = YAML(typ="safe", pure=True).load(text)
            for number, example in enumerate(policy["examples"]):
                if "bad" in example and "fixed" in example:
                    yield pytest.param(policy["id"], example["bad"], id=f"{policy['id']}-{number}")


def _files(example: dict[str, str]) -> dict[str, str]:
    return {
        path: text.replace("«", "").replace("»", "").replace("{digest}", DIGEST)
        for path, text in example.items()
    }


EXAMPLES = list(_examples())


@pytest.mark.parametrize("bad", [pytest.param(one.values[1], id=one.id) for one in EXAMPLES])
def test_pressed_suggestion_is_what_fix_writes(bad: dict[str, str]) -> None:
    report = judged(_files(bad))
    for finding in report.findings:
        edits = finding.fix.edits if finding.fix else ()
        if not edits or {edit.place.file for edit in edits} != {finding.place.file}:
            continue
        text = report.texts[finding.place.file]
        found = suggestion(report, [finding], whole(text))
        if found is None:
            assert "\r" in text.value or text.bom
            continue
        assert pressed(text.value, found) == planned(edits).edited(text).decode()


def test_most_fixes_of_the_pack_can_be_suggested() -> None:
    kinds = set()
    for one in EXAMPLES:
        policy, bad = one.values
        report = judged(_files(bad))
        for finding in report.findings:
            if finding.policy == policy and suggestion(
                report, [finding], whole(report.texts[finding.place.file])
            ):
                kinds.add(policy)
    assert len(kinds) >= 6, kinds  # of the default profile, without a registry


TEXT = Text("f", "one\ntwo\nthree\nfour\n")


def _finding(*edits: tuple[int, int, str], file: str = "f", safe: bool = True) -> Finding:
    place = Place("f", Span(0, 3))
    made = tuple(Edit(place=Place(file, Span(start, end)), text=text) for start, end, text in edits)
    return Finding(
        policy="p",
        severity="error",
        message="m",
        place=place,
        extent=place,
        fix=Fix(title="t", edits=made, safe=safe),
    )


def _made(
    *findings: Finding, file: FileDiff | None = None, foreign: bool = False
) -> Suggestion | None:
    report = Report(findings=findings, texts={"f": TEXT})
    return suggestion(report, findings, file or whole(TEXT), foreign=foreign)


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        ((4, 7, "2"), (2, 2, "2")),
        ((4, 8, ""), (2, 2)),
        ((4, 8, "a\nb\n"), (2, 2, "a", "b")),
        ((4, 4, "new\n"), (1, 1, "one", "new")),
        ((0, 0, "new\n"), (1, 1, "new", "one")),
        ((7, 7, "\nnew"), (2, 2, "two", "new")),
        ((2, 5, "-"), (1, 2, "on-wo")),
        ((14, 18, "4"), (4, 4, "4")),
        ((19, 19, "new\n"), (4, 4, "four", "new")),
        ((0, 19, ""), (1, 4)),
    ],
)
def test_edits_become_whole_lines(edit: tuple[int, int, str], lines: tuple[Any, ...]) -> None:
    start, end, *after = lines
    found = _made(_finding(edit))
    assert found
    assert (found.start, found.end, found.lines) == (start, end, tuple(after))
    assert pressed(TEXT.value, found) == planned(found.mended[0].fix.edits).edited(TEXT).decode()  # type: ignore[union-attr]


def test_several_findings_are_mended_together_as_far_as_they_fit() -> None:
    one, other, rival = _finding((0, 3, "1")), _finding((4, 7, "2")), _finding((0, 2, "x"))
    found = _made(one, rival, other)
    assert found
    assert (found.start, found.end, found.lines) == (1, 2, ("1", "2"))
    assert found.mended == (one, other)


def test_what_cannot_be_pressed_is_not_offered() -> None:
    assert _made(_finding((0, 3, "1"), file="other")) is None
    assert _made(_finding((0, 3, "one"))) is None
    lines = whole(TEXT).lines
    split = FileDiff("f", "f", lines, {1: 1, 2: 2, 3: 2, 4: 2})
    assert _made(_finding((2, 5, "-")), file=split) is None
    shown = FileDiff("f", "f", {2: lines[2]}, {2: 1})
    assert _made(_finding((0, 3, "1")), file=shown) is None
    for bad in ("\r", "\ufeff", "\0"):
        broken = FileDiff("f", "f", {**lines, 1: Line(f"one{bad}")}, dict.fromkeys(lines, 1))
        assert _made(_finding((0, 3, "1")), file=broken) is None
    short = FileDiff("f", "f", {**lines, 1: Line("o")}, dict.fromkeys(lines, 1))
    assert (
        _made(_finding((0, 3, "1")), file=short) is None
    )  # the forge shows another line than was judged


def test_foreign_reports_write_no_words_of_their_own() -> None:
    assert _made(_finding((0, 3, "evil")), foreign=True) is None
    assert _made(_finding((3, 3, f"@{DIGEST}")), foreign=True)
    assert _made(_finding((0, 3, "read_only: true")), foreign=True)
    assert _made(_finding((3, 3, f"@{DIGEST}0")), foreign=True) is None


def test_growth_is_linear() -> None:
    text = "".join(f"line {number}\n" for number in range(20_000))
    patch = "@@ -0,0 +1,20000 @@\n" + "".join(f"+{line}\n" for line in text.splitlines())
    file = file_diff("f", "", patch)
    assert len(file.lines) == 20_000
    assert list(islice(file.hunks.values(), 2)) == [1, 1]
    report = replace(Report(findings=()), texts={"f": Text("f", text)})
    assert suggestion(report, [_finding((0, 4, "x"))], file)
