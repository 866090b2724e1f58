from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from immutable_delivery.findings import Compared, Report, ServiceReport
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render
from immutable_delivery.reporters.markup import code, literal

Build = Callable[..., Report]

PARSER = MarkdownIt("gfm-like", {"linkify": False}).enable(["table", "strikethrough"])


def cells(text: str) -> list[list[str]]:
    """Return the rows of every table, as a reader sees them."""
    rows: list[list[str]] = []
    for token in PARSER.parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and token.level == 4:
            rows[-1].append("".join(part.content for part in leaves(token)))
    return rows


def leaves(token: Token) -> Iterator[Token]:
    for child in token.children or [token]:
        if child.type in {"text", "text_special", "code_inline"}:
            yield child


def html(text: str) -> set[str]:
    parts = [child for token in PARSER.parse(text) for child in token.children or [token]]
    return {part.content for part in parts if part.type.startswith("html")}


def kinds(text: str) -> set[str]:
    return {child.type for token in PARSER.parse(text) for child in token.children or [token]}


def test_the_whole_report(report: Report) -> None:
    text = render("markdown", report, Options(include_suppressed=True))
    assert text.startswith("## imd: 3 errors, 2 warnings\n\n| severity |")
    rows = cells(text)
    assert rows[0] == ["severity", "place", "policy", "finding"]
    assert [
        "error", "web/Dockerfile:1:6", "floating-tag", "node:latest can be another image tomorrow [fixable]",
    ] in rows  # fmt: skip
    assert any(row[-1].endswith("(suppressed: the mirror is frozen)") for row in rows)
    because = "floating-tag at web/Dockerfile:1:6; floating-tag at web/Dockerfile:1:6"
    assert ["web", "convergent", "moving", because] in rows
    assert ["jobs", "undetermined", "not built here", "unknown: tag"] in rows
    assert "3 files judged, 1 finding suppressed.\n" in text
    assert "Note: no git repository: every file is read\n" in text


def test_what_a_baseline_knows(report: Report) -> None:
    known = replace(report, baseline=Compared(file="imd-baseline.json", known=7, fixed=()))
    assert "Against baseline imd-baseline.json: 4 new, 7 known, 0 fixed" in render(
        "markdown", known
    )


def test_nothing_found() -> None:
    assert render("markdown", Report(findings=())) == "## imd: no findings\n\n0 files judged.\n"


def test_under_a_limit_the_worst_stay_and_the_rest_is_counted(build: Build) -> None:
    report = build(("a", "«x»\n" * 500))
    notes = tuple(replace(finding, severity="note") for finding in report.findings[:250])
    report = replace(report, findings=(*notes, *report.findings[250:]))
    whole = render("markdown", report)
    limit = len(whole.encode()) * 3 // 4
    text = render("markdown", report, Options(limit=limit))
    assert len(text.encode()) <= limit
    rows = cells(text)[1:]
    assert sum(row[0] == "error" for row in rows) == 250
    assert f"{500 - len(rows)} findings more" in text
    assert render("markdown", report, Options(limit=len(whole.encode()) + 300)) == whole


def test_a_report_fits_a_comment_of_github_the_worst_first(build: Build) -> None:
    report = build(*((f"{n:04}/Dockerfile", "FROM «node»\n") for n in range(2_000)))
    *mild, last = report.findings
    mild = [replace(one, severity="note") for one in mild]
    text = render("markdown", replace(report, findings=(*mild, last)))
    assert len(text.encode()) <= 65_536
    assert cells(text)[1][:2] == ["error", "1999/Dockerfile:1:6"]
    shown = len(cells(text)) - 1
    assert f"{2_000 - shown:,} findings more, none of them worse, would be beyond 65,536" in text


def test_of_many_services_the_rest_is_counted() -> None:
    services = tuple(ServiceReport(name=f"s{n}", runs="congruent") for n in range(130))
    text = render("markdown", Report(findings=(), services=services))
    assert len(cells(text)) == 101
    assert "and 30 more services" in text


HOSTILE = [
    "a | b || c", "`x` ``y`` `", "**b** _i_ ~~s~~", "<img src=x onerror=alert(1)> <!-- x", "[a](https://e) ![b](c)",
    "&lt;b&gt; &copy;", "\\` \\| \\", "$x$ #1 @someone", "https://evil.example www.evil.example", "]]> x\ny\r\x1b[1mz",
    "\u202egnp.exe", "a\udcff", "| `a|b` | x",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_read_as_it_is_written(text: str, build: Build) -> None:
    report = build(("a", "«x»\n"))
    evil = replace(report.findings[0], message=text, place=report.findings[0].place)
    rendered = render("markdown", replace(report, findings=(evil,)))
    shown = cells(rendered)[1]
    assert shown[3] == ascii_of(text)
    assert kinds(rendered) <= {*kinds(render("markdown", report)), "html_inline", "text_special"}
    assert html(rendered) <= {"<!-- -->"}


def ascii_of(text: str) -> str:
    escapes = {"\n": "\\n", "\r": "\\r", "\x1b": "\\x1b", "\u202e": "\\u202e", "\udcff": "\\xff"}
    return "".join(escapes.get(char, char) for char in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_code_is_read_as_it_is_written(text: str) -> None:
    table = f"| a |\n|---|\n| {code(text)} |\n"
    assert cells(table)[1:] == [[ascii_of(text)]]


def test_nobody_is_named_and_nothing_is_html() -> None:
    assert html("<b>") == {"<b>"}, "the parser takes HTML"
    marked = literal("@someone <b> name@sha256:0")
    assert html(marked) == {"<!-- -->"}
    assert not re.search(r"@\w", marked)
