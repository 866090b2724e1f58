from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from immutable_delivery.findings import Cause, Compared, Edit, Fix, Judged, Report, Rule, Worsened
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render
from immutable_delivery.reporters.plain import cells
from immutable_delivery.reporters.text.frames import frames
from immutable_delivery.source.text import Span, Text

Build = Callable[..., Report]

WHOLE = """\
web/Dockerfile:1:6 error floating-tag
  node:latest can be another image tomorrow
     1 │ FROM node:latest AS build
       │      ^^^^^^^^^^^
  used at compose.yaml:4:12
  fix: Pin the digest

k8s/broken file.yaml:2:1 error unreadable
  is not YAML
     2 │
       │ ^

web/Dockerfile:3:5 warning unpinned-os-package
  curl can be another version tomorrow
     3 │     curl \\
       │     ^^^^
  also web/Dockerfile:4:5 git

4 findings in 2 files: 2 errors, 2 warnings (1 suppressed)
Layers: 3 os
Services: 1 convergent, 1 undetermined, 1 congruent
Builds: 1 moving
Judged 3 files (1 for development); not judged: 1 template, 1 fixture, 1 place not analysed, 1
  unknown value (--verbose)
Note: no git repository: every file is read
Next: `imd fix --apply` mends 1; 3 need a decision; `imd explain floating-tag` says why;
  `imd baseline` accepts what is there
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


def test_suppressed_findings_on_request(report: Report) -> None:
    text = render("text", report, Options(include_suppressed=True))
    assert "suppressed: the mirror is frozen" in text


def test_why_and_what_instead_on_request(report: Report) -> None:
    text = render("text", in_order(report), Options(explain=True))
    assert "floating-tag: Image reference that can move (convergent drift)\n  A tag is" in text
    assert "  Instead:\n  Mend the file.\n" in text
    assert "Instead" not in render("text", report)


def test_verbose_names_what_is_counted_else(report: Report) -> None:
    text = render("text", report, Options(verbose=True))
    assert "  web   convergent   moving         floating-tag at web/Dockerfile:1:6\n" in text
    assert "  jobs  undetermined not built here unknown: tag\n" in text
    assert "Not judged, template\n  chart/templates/web.yaml\n" in text
    assert "  development: compose.yaml (k8s deploys web)\n" in text
    assert "  compose.yaml:3:12: PowerShell is not analysed\n" in text


def test_equal_findings_are_one_block_with_at_most_five_more_places(build: Build) -> None:
    report = build(*((f"{n:02}/Dockerfile", "FROM «node»\n") for n in range(28)))
    text = render("text", report)
    assert text.count("node can be another tomorrow") == 1
    assert text.count("/Dockerfile:1:6") == 6
    assert "       and 22 more places (--verbose)\n" in text
    assert render("text", report, Options(verbose=True)).count("/Dockerfile:1:6") == 28


def test_other_words_are_named_with_their_places(build: Build) -> None:
    report = build(("a", "«node»\n"), ("b", "«debian»\n"), ("c", "«debian»\n«debian»\n"))
    assert "  also b:1:1 debian and 2 more places\n" in render("text", report)


def test_what_changes_in_place_and_what_is_rare_comes_first(build: Build) -> None:
    rule = Rule(
        id="x", name="", group="", severity="error", drift="none", layer="", why="", remedy=""
    )
    often = build(("a", "«1»«2»«3»"), policy=replace(rule, id="often", drift="convergent"))
    rare = build(("b", "«1»"), policy=replace(rule, id="rare", drift="convergent"))
    placed = build(("c", "«1»«2»«3»«4»"), policy=replace(rule, id="in-place", drift="divergent"))
    mild = build(("d", "«1»"), policy=replace(rule, id="mild", drift="divergent", severity="note"))
    every = (often, rare, placed, mild)
    report = replace(
        often,
        findings=tuple(finding for found in every for finding in found.findings),
        texts={path: text for found in every for path, text in found.texts.items()},
    )
    heads = [
        line
        for line in render("text", report).splitlines()
        if " error " in line or " note " in line
    ]
    assert [line.split()[-1] for line in heads] == ["in-place", "rare", "often", "mild"]


def test_a_change_has_its_findings_and_one_line(report: Report) -> None:
    worse = (Worsened("web", "convergent", "runs"), Worsened("web", "moving", "builds"))
    text = render("text", replace(in_order(report), only_new=True, worsened=worse))
    said = "2 errors, 2 warnings in 2 files; makes web convergent; makes the build of web moving;\n"
    assert text.count("\n\n") == 3
    assert text.rpartition("\n\n")[2].startswith(said)
    assert "Services" not in text


def test_a_change_that_brings_nothing_says_nothing(report: Report) -> None:
    clean = replace(report, findings=(), only_new=True, notices=())
    assert render("text", clean) == ""
    known = Compared(file=".imd-baseline.json", known=3, fixed=())
    assert render("text", replace(clean, baseline=known)) == ""


def test_what_another_file_brought_says_so(build: Build) -> None:
    report = build(("Dockerfile", "COPY «.» .\n"))
    gone = replace(report.findings[0], cause=Cause(file=".dockerignore", event="deleted"))
    changed = replace(gone, cause=Cause(file="x.env", event="changed", line=3))
    for finding, words in ((gone, ".dockerignore was deleted"), (changed, "x.env:3 was changed")):
        assert f"  since {words}\n" in render("text", replace(report, findings=(finding,)))


def test_the_policy_is_a_link_where_the_terminal_follows_it(report: Report) -> None:
    linked = render("text", report, Options(links=True))
    url = report.rules["floating-tag"].url
    assert f" error \x1b]8;;{url}\x1b\\floating-tag\x1b]8;;\x1b\\\n" in linked
    assert "\x1b" not in render("text", report)


def test_a_fix_that_can_change_how_it_behaves_says_so(report: Report) -> None:
    first = report.findings[0]
    assert first.fix is not None
    risky = replace(first, fix=replace(first.fix, safe=False))
    text = render("text", replace(report, findings=(risky,)))
    assert "  fix: Pin the digest (unsafe)\n" in text
    assert "Next: `imd fix --unsafe --apply` mends it; " in text
    none = replace(first, fix=Fix(title="", reason="a person has to decide"))
    assert "  fix: " not in render("text", replace(report, findings=(none,)))


def test_the_next_step_is_the_command_that_mends_most(build: Build) -> None:
    report = build(("a", "«1»«2»«3»«4»"))
    pin = Fix(title="", reason="needs the registry", command="imd pin")
    one, two, three, four = report.findings
    fixed = replace(three, fix=Fix(title="x", edits=(Edit(place=three.place, text=""),)))
    mixed = (replace(one, fix=pin), replace(two, fix=pin), fixed, four)
    text = render("text", replace(report, findings=mixed))
    assert "Next: `imd pin --apply` mends 2, `imd fix --apply` 1; 1 needs a decision; " in text
    assert "  fix: `imd pin`\n" in text


def test_a_class_that_nothing_shown_decides_says_so(report: Report) -> None:
    text = render("text", replace(report, findings=()), Options(verbose=True))
    assert "floating-tag at web/Dockerfile:1:6, not reported by this run\n" in text
    assert "Next: `imd check --verbose` shows what decides the class of each service\n" in text


def test_a_clean_report() -> None:
    files = (Judged(path="Dockerfile", format="dockerfile"),)
    text = render("text", Report(findings=(), files=files))
    assert (
        text == "No findings\nJudged 1 file\nNext: nothing; run it before every commit and in CI\n"
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
        ("  RUN " + "x" * 50 + "Y", 56, 57, "RUN …" + "x" * 11 + "Y", " " * 16 + "^"),
        ("  - git clone " + "x" * 50 + "Y", 64, 65, "- git …" + "x" * 10 + "Y", " " * 17 + "^"),
        ("RUN xYY" + "z" * 40, 5, 7, "RUN xYY" + "z" * 31 + "…", "     ^^"),
    ],
)
def test_frames_mark_what_is_meant(value: str, start: int, end: int, line: str, marks: str) -> None:
    [frame] = frames(Text("f", value), [Span(start, end)], 40)
    assert (frame.line, frame.marks) == (line, marks)


def test_a_passage_is_marked_without_its_indentation() -> None:
    text = Text("f", "a:\n    b\n\n      c\nd\n")
    shown = frames(text, [Span(0, 17)], 40, most=4)
    assert [(f.number, f.marks) for f in shown] == [(1, "^^"), (2, "    ^"), (4, "      ^")]


def test_of_a_long_passage_the_middle_is_left_out() -> None:
    text = Text("f", "".join(f"line {n}\n" for n in range(100_000)))
    assert [f.number for f in frames(text, [Span(0, len(text.value))], 40)] == [1]
    shown = frames(text, [Span(0, len(text.value))], 40, most=4)
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
