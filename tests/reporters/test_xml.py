"""JUnit and Checkstyle, read by what reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from diff_cover.git_path import GitPathTool
from diff_cover.violationsreporters.java_violations_reporter import CheckstyleXmlDriver
from junitparser import Error, Failure, JUnitXml, Skipped
from xmlschema import XMLSchema

from immutable_delivery.findings import FailOn, Report
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render

Build = Callable[..., Report]

JENKINS = XMLSchema(str(Path(__file__).parents[1] / "schemas" / "jenkins-junit.xsd"))
EVERYTHING = Options(include_suppressed=True)


def suites(report: Report, options: Options | None = None) -> JUnitXml:
    """Return what is read of the report, after Jenkins' schema."""
    text = render("junit", report, options)
    JENKINS.validate(text)
    return JUnitXml.fromstring(text.encode())


def test_full_and_empty_reports_fit_jenkins_schema(report: Report) -> None:
    suites(report, EVERYTHING)
    suites(replace(report, texts={}, rules={}, files=()))
    assert len(suites(Report(findings=()))) == 0


def test_the_schema_refuses_what_is_wrong(report: Report) -> None:
    broken = render("junit", report).replace("<testcase name=", "<testcase title=")
    assert not JENKINS.is_valid(broken)


def test_a_case_for_each_finding_and_for_each_file_without(report: Report) -> None:
    results = {
        f"{case.classname}: {case.name}": [type(result) for result in case.result]
        for suite in suites(replace(report, fail_on="warning"), EVERYTHING)
        for case in suite
    }
    assert results == {
        "chart/templates/web.yaml: not judged": [Skipped],
        "compose.yaml: floating-tag at 3:12": [Skipped],
        "k8s/broken file.yaml: unreadable at 2:1": [Error],
        "tests/Dockerfile: not judged": [Skipped],
        "web/Dockerfile: floating-tag at 1:6": [Failure],
        "web/Dockerfile: unpinned-os-package at 3:5": [Failure],
        "web/Dockerfile: unpinned-os-package at 4:5": [Failure],
    }
    passed = [case.name for suite in suites(report) for case in suite if case.is_passed]
    packages = ["unpinned-os-package at 3:5", "unpinned-os-package at 4:5"]
    assert passed == ["no finding", *packages]


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        (None, 0),
        ("error", 2),
        ("warning", 4),
        ("divergent", 1),  # what cannot be read always
        ("convergent", 4),
    ],
)
def test_what_fails_is_what_makes_the_run_fail(
    report: Report, fail_on: FailOn | None, failing: int
) -> None:
    report = replace(report, fail_on=fail_on)
    read = suites(report, EVERYTHING)
    assert read.failures + read.errors == failing
    assert fails(report) == (failing > 0)
    mild = next(case for suite in read for case in suite if case.name.endswith("package at 3:5"))
    if not mild.result:
        assert mild.system_out is not None
        assert "curl can be another version tomorrow" in mild.system_out


def test_the_counts_are_those_of_the_cases(report: Report) -> None:
    read = suites(replace(report, fail_on="warning"))
    results = [type(result) for suite in read for case in suite for result in case.result]
    assert (read.tests, read.failures, read.errors) == (7, 3, 1)
    assert (results.count(Failure), results.count(Error)) == (3, 1)


def test_a_failure_says_all_there_is_to_know(report: Report) -> None:
    [case] = [case for suite in suites(report) for case in suite if case.name.endswith("at 1:6")]
    [failure] = case.result
    assert failure.type == "error"
    assert failure.message == "node:latest can be another image tomorrow [fixable]"
    assert failure.text.splitlines()[:2] == [
        "web/Dockerfile:1:6: error floating-tag",
        "used at compose.yaml:4:12",
    ]


def violations(text: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """Return what `diff-quality` reads of Checkstyle's XML."""
    monkeypatch.setattr(GitPathTool, "relative_path", staticmethod(lambda path: path))
    found = CheckstyleXmlDriver().parse_reports([text])
    return [
        (path, entry.line, entry.message) for path, entries in found.items() for entry in entries
    ]


def test_checkstyle(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    assert violations(render("checkstyle", report), monkeypatch) == [
        ("web/Dockerfile", 1, "error: node:latest can be another image tomorrow [fixable]"),
        ("web/Dockerfile", 3, "warning: curl can be another version tomorrow"),
        ("web/Dockerfile", 4, "warning: git can be another version tomorrow"),
        ("k8s/broken file.yaml", 2, "error: is not YAML"),
    ]
    assert violations(render("checkstyle", Report(findings=())), monkeypatch) == []


def test_checkstyle_columns_count_utf16_units(build: Build) -> None:
    assert '<error line="1" column="3" ' in render("checkstyle", build(("a", "🐳«ab»\n")))


def test_checkstyle_without_the_text_has_a_line_all_the_same(report: Report) -> None:
    assert '<error line="1" severity="error" ' in render("checkstyle", replace(report, texts={}))
