from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from immutable_delivery.findings import Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render

Build = Callable[..., Report]

SCHEMAS = Path(__file__).parents[1] / "schemas"


def written(name: str, report: Report, **options: Any) -> Any:
    """Return what a format says, after its schema."""
    schema = {"gitlab": "gitlab-code-quality", "gitlab-sast": "gitlab-sast"}[name]
    data = json.loads(render(name, report, Options(**options)))
    text = (SCHEMAS / f"{schema}.json").read_text("utf-8")
    jsonschema.Draft202012Validator(json.loads(text)).validate(data)
    return data


@pytest.mark.parametrize("name", ["gitlab", "gitlab-sast"])
def test_full_and_empty_reports_fit_the_schema(report: Report, name: str) -> None:
    written(name, report, include_suppressed=True)
    written(name, replace(report, texts={}, rules={}))
    written(name, Report(findings=()))


def test_an_issue_of_code_quality(report: Report) -> None:
    assert written("gitlab", report)[0] == {
        "description": "node:latest can be another image tomorrow [fixable]",
        "check_name": "floating-tag",
        "fingerprint": report.findings[0].fingerprint,
        "severity": "critical",
        "location": {"path": "web/Dockerfile", "lines": {"begin": 1, "end": 1}},
    }


@pytest.mark.parametrize("name", ["gitlab", "gitlab-sast"])
def test_no_two_findings_fall_into_one(build: Build, name: str) -> None:
    data = written(name, build(("a", "«x» «x»\n«x»\n"), ("b", "«x»\n")))
    entries = data if name == "gitlab" else data["vulnerabilities"]
    assert len({entry.get("fingerprint") or entry["id"] for entry in entries}) == 4


def test_a_vulnerability(report: Report) -> None:
    first = written("gitlab-sast", report)["vulnerabilities"][0]
    assert first["name"] == "Image reference that can move"
    assert first["severity"] == "High"
    assert first["id"].replace("-", "") == report.findings[0].fingerprint[:32]
    assert first["location"] == {"file": "web/Dockerfile", "start_line": 1, "end_line": 1}
    [identifier] = first["identifiers"]
    assert (identifier["type"], identifier["value"]) == ("imd", "floating-tag")
    [tracked] = first["tracking"]["items"]
    assert tracked["signatures"][0]["value"] == report.findings[0].fingerprint
    assert "- used at `compose.yaml:4:12`" in first["description"]


def test_the_times_of_a_scan_are_the_day_it_was_judged_by(report: Report) -> None:
    scan = written("gitlab-sast", replace(report, day="2026-11-22"))["scan"]
    assert scan["start_time"] == scan["end_time"] == "2026-11-22T00:00:00"
    assert scan["messages"] == [{"level": "info", "value": report.notices[0]}]


def test_no_text_is_longer_than_gitlab_takes(build: Build) -> None:
    report = build(("a", "«x»\n"))
    [rule] = report.rules.values()
    report = replace(
        report,
        findings=(replace(report.findings[0], message="y" * 2_000_000),),
        rules={rule.id: replace(rule, name="n" * 300, remedy="r" * 8_000)},
    )
    [entry] = written("gitlab-sast", report)["vulnerabilities"]
    assert {entry[name][-1] for name in ("name", "description", "solution")} == {"…"}
