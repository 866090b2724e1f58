from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from immutable_delivery.findings import Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import render

Build = Callable[..., Report]
Node = Callable[[Path, str, str], str]

HOSTILE = "50%, ::stop-commands::x: [y];\n::error::z\r"


def test_annotations(report: Report) -> None:
    lines = render("github", report).splitlines()
    assert lines[0] == (
        "::error file=web/Dockerfile,line=1,endLine=1,col=6,endColumn=17,title=floating-tag"
        "::node:latest can be another image tomorrow [fixable]"
    )
    assert lines[-1] == "imd: 2 errors, 2 warnings"


def test_columns_count_utf16_units(build: Build) -> None:
    assert "col=3,endColumn=5," in render("github", build(("a", "🐳«ab»\n")))


def test_multi_line_places_have_no_columns(build: Build) -> None:
    assert "line=1,endLine=2,title=" in render("github", build(("a", "«x\ny»\n")))


def test_nothing() -> None:
    assert render("github", Report(findings=())) == "imd: no findings\n"


def test_ten_of_a_kind_are_annotated_the_worst_first_and_the_rest_is_listed(build: Build) -> None:
    report = build(("a", "«x»\n" * 25))
    findings = [
        replace(finding, drift="divergent" if number >= 20 else "none")
        for number, finding in enumerate(report.findings)
    ]
    notes = [replace(finding, severity="note") for finding in findings[:3]]
    lines = render("github", replace(report, findings=(*findings, *notes))).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert [line.split(",")[1] for line in errors] == [
        *(f"line={number}" for number in range(1, 6)),
        *(f"line={number}" for number in range(21, 26)),
    ]
    assert sum(line.startswith("::notice") for line in lines) == 3
    group = lines.index("::group::imd: 15 more, not annotated (GitHub shows 10 of a kind)")
    listed = lines[group + 1 : lines.index("::endgroup::")]
    assert listed == [
        f"a:{number}:1: error floating-tag x can be another tomorrow" for number in range(6, 21)
    ]
    assert lines[-1] == "imd: 25 errors, 3 notes"


@pytest.mark.slow
def test_commands_are_escaped_as_githubs_own_toolkit_does(
    build: Build, packages: Callable[..., Path], node: Node
) -> None:
    report = build((HOSTILE, "«x»\n"))
    evil = replace(report.findings[0], message="100% of a::b, c\\d")
    properties = {"file": HOSTILE, "line": 1, "endLine": 1, "col": 1, "endColumn": 2}
    script = """
        const { issueCommand } = await import(process.argv[1] + '/@actions/core/lib/command.js')
        const [properties, message] = JSON.parse(process.argv[2])
        issueCommand('error', properties, message)
    """
    given = json.dumps([{**properties, "title": "floating-tag"}, evil.message])
    theirs = node(packages("@actions/core@3.0.1"), script, given)
    ours = render("github", replace(report, findings=(evil,)))
    assert ours.splitlines()[0] == theirs.rstrip("\n")
