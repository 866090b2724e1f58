from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.findings import Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render

Build = Callable[..., Report]


def test_concise(report: Report) -> None:
    assert render("concise", report).splitlines()[0] == (
        "web/Dockerfile:1:6: error floating-tag node:latest can be another image tomorrow"
    )
    assert len(render("concise", report).splitlines()) == 4
    assert "(suppressed: the mirror is frozen)" in render(
        "concise", report, Options(include_suppressed=True)
    )


def test_concise_of_nothing_is_nothing() -> None:
    assert render("concise", Report(findings=())) == ""


def test_github_annotations(report: Report) -> None:
    lines = render("github", report).splitlines()
    assert lines[0] == (
        "::error file=web/Dockerfile,line=1,endLine=1,col=6,endColumn=17,title=floating-tag"
        "::node:latest can be another image tomorrow"
    )
    assert lines[-1] == "imd: 2 errors, 2 warnings"


def test_github_columns_count_utf16_units(build: Build) -> None:
    assert "col=3,endColumn=5," in render("github", build(("a", "🐳«ab»\n")))


def test_github_commands_cannot_be_smuggled_in(build: Build) -> None:
    report = build(("a,b:c%\n.yaml", "«x»\n"))
    evil = replace(report.findings[0], message="x\n::set-output name=a::b %0A\r::stop-commands::t")
    lines = render("github", replace(report, findings=(evil,))).splitlines()
    assert len(lines) == 2
    assert "file=a%2Cb%3Ac%25%0A.yaml," in lines[0]
    assert lines[0].endswith("::x%0A::set-output name=a::b %250A%0D::stop-commands::t")


def test_github_shows_ten_of_a_kind_and_says_so(build: Build) -> None:
    report = build(("a", "«x»\n" * 25))
    lines = render("github", report).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "imd: 25 errors; 15 of them are not annotated (GitHub shows 10 of a kind)"


def test_github_multi_line_places_have_no_columns(build: Build) -> None:
    assert "line=1,endLine=2,title=" in render("github", build(("a", "«x\ny»\n")))


def test_github_of_nothing() -> None:
    assert render("github", Report(findings=())) == "imd: no findings\n"
