from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from immutable_delivery.findings import Fix, Judged, Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render
from immutable_delivery.reporters.plain import cells
from immutable_delivery.reporters.text.frames import frames
from immutable_delivery.text import Span, Text

Build = Callable[..., Report]

WHOLE = """\
k8s/broken file.yaml
  2:1    error unreadable: is not YAML
       2 │
         │ ^

web/Dockerfile
  1:6    error floating-tag: node:latest can be another image tomorrow
       1 │ FROM node:latest AS build
         │      ^^^^^^^^^^^
         used at compose.yaml:4:12
         fix: Pin the digest
  3:5    warning unpinned-os-package: curl can be another version tomorrow (and 1 more in this
         statement)
       3 │     curl \\
         │     ^^^^
       4 │     git
         │     ^^^

unreadable: File that cannot be read
  What is not read is not judged.
  Instead:
  Mend the file.

floating-tag: Image reference that can move (convergent drift)
  A tag is a name that its owner may move. What was tested is not what runs tomorrow.

  - today
  - tomorrow
  Instead:
  Write the digest behind the tag: `name:tag@sha256:…`.

unpinned-os-package: Package without version (convergent drift)
  The repository moves on.
  Instead:
  Use a snapshot.

4 findings in 2 files: 2 errors, 2 warnings (1 finding suppressed)
Most in web/Dockerfile (3), k8s/broken file.yaml (1)

Services: 1 convergent, 1 undetermined, 1 congruent
  web   convergent   floating-tag at web/Dockerfile:1:6
  jobs  undetermined unknown: tag
  api   congruent

Judged 3 files (1 compose, 1 dockerfile, 1 kubernetes).
Not judged, template: chart/templates/web.yaml
Not judged, fixture: tests/Dockerfile
Taken for development: compose.yaml (k8s deploys web)
Environments: staging, production (--show-files)
In compose.yaml PowerShell is not analysed (1) (--show-unresolved).
1 verdict left open, because a value is unknown (--show-unresolved).
Note: no git repository: every file is read
Next: mend the errors first; `imd policy show floating-tag` explains the most frequent one with
  examples; `imd fix` can mend 1.
"""


def in_order(report: Report) -> Report:
    return replace(report, findings=tuple(sorted(report.findings, key=lambda f: f.place)))


def test_the_whole_report(report: Report) -> None:
    assert render("text", in_order(report)) == WHOLE


def test_colour_changes_nothing_but_colour(report: Report) -> None:
    coloured = render("text", in_order(report), Options(color=True))
    assert "\x1b[1;31merror\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == WHOLE


def test_what_is_shown_on_request(report: Report) -> None:
    text = render("text", report, Options(show_files=True, show_unresolved=True, statistics=True))
    assert "  compose.yaml:3:12: floating-tag: tag of web\n" in text
    assert "  chart/templates/web.yaml: not judged: template\n" in text
    assert "       2  warning  unpinned-os-package\n" in text
    assert "  compose.yaml:3:12: PowerShell is not analysed\n" in text
    assert "left open" not in text


def test_suppressed_findings_on_request(report: Report) -> None:
    text = render("text", report, Options(include_suppressed=True))
    assert "suppressed: the mirror is frozen" in text


def test_a_fix_that_can_change_how_it_behaves_says_so(report: Report) -> None:
    first = report.findings[0]
    assert first.fix is not None
    risky = replace(first, fix=replace(first.fix, safe=False))
    text = render("text", replace(report, findings=(risky,)))
    assert "         fix: Pin the digest (unsafe)\n" in text
    none = replace(first, fix=Fix(title="", reason="the registry has to be asked"))
    assert "fix:" not in render("text", replace(report, findings=(none,)))


def test_a_class_that_nothing_shown_decides_says_so(report: Report) -> None:
    text = render("text", replace(report, findings=()))
    assert "floating-tag at web/Dockerfile:1:6, not reported by this run\n" in text
    assert "`imd check --profile strict` shows what keeps web from being congruent.\n" in text


def test_a_clean_report() -> None:
    files = (Judged(path="Dockerfile", format="dockerfile"),)
    text = render("text", Report(findings=(), files=files))
    assert (
        text
        == "No findings\nJudged 1 file (1 dockerfile).\nNext: nothing; run it before every commit and in CI.\n"
    )


def test_nothing_judged_is_said() -> None:
    assert "nothing was judged" in render("text", Report(findings=()))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_asked(report: Report, width: int) -> None:
    text = render("text", report, Options(width=width, show_files=False))
    plain = [line for line in text.splitlines() if not line.startswith(("    - ", "  -"))]
    assert max(map(cells, plain)) <= max(
        width, len("4 findings in 2 files: 2 errors, 2 warnings (1 finding suppressed)")
    )


@pytest.mark.parametrize(
    ("value", "start", "end", "line", "marks"),
    [
        ("FROM a", 5, 6, "FROM a", "     ^"),
        ("\tRUN\tx", 5, 6, "  RUN  x", "       ^"),
        ("容器 x", 3, 4, "容器 x", "     ^"),
        ("a\u0301b c", 4, 5, "a\u0301b c", "   ^"),
        ("\x1b[31mred", 5, 8, "\\x1b[31mred", "        ^^^"),
        ("a\u202eb", 2, 3, "a\\u202eb", "       ^"),
        ("abc", 3, 3, "abc", "   ^"),
        ("abc", 1, 1, "abc", " ^"),
        ("x" * 50 + "Y" + "z" * 50, 50, 51, "…" + "x" * 12 + "Y" + "z" * 25 + "…", " " * 13 + "^"),
    ],
)
def test_frames_mark_what_is_meant(value: str, start: int, end: int, line: str, marks: str) -> None:
    [frame] = frames(Text("f", value), [Span(start, end)], 40)
    assert (frame.line, frame.marks) == (line, marks)


def test_a_passage_is_marked_without_its_indentation() -> None:
    text = Text("f", "a:\n    b\n\n      c\nd\n")
    shown = frames(text, [Span(0, 17)], 40)
    assert [(f.number, f.marks) for f in shown] == [(1, "^^"), (2, "    ^"), (4, "      ^")]


def test_of_a_long_passage_the_middle_is_left_out() -> None:
    text = Text("f", "".join(f"line {n}\n" for n in range(100_000)))
    shown = frames(text, [Span(0, len(text.value))], 40)
    assert [(f.number, f.gap) for f in shown] == [
        (1, False),
        (2, False),
        (3, False),
        (100_000, True),
    ]


def test_a_line_of_a_megabyte_is_windowed() -> None:
    [frame] = frames(Text("f", "x" * 1_000_000), [Span(500_000, 900_000)], 80)
    assert cells(frame.line) <= 80
    assert "^" in frame.marks


def test_foreign_text_cannot_steer_the_terminal(build: Build) -> None:
    report = build(("evil\x1b]0;x\x07.yaml", "«a\x1b[2J»\n"))
    for name in ("text", "concise"):
        assert "\x1b" not in render(name, report)
        assert "\x07" not in render(name, report)
