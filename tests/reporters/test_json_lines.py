from __future__ import annotations

import json
from importlib.resources import files

import jsonschema

from immutable_delivery.findings import Report
from immutable_delivery.reporters import Options, render

SCHEMA = json.loads(
    (files("immutable_delivery") / "schemas" / "report.schema.json").read_text("utf-8")
)
LINE = jsonschema.Draft202012Validator({**SCHEMA["$defs"]["finding"], "$defs": SCHEMA["$defs"]})


def test_each_line_is_a_finding_of_the_json_report(report: Report) -> None:
    lines = [json.loads(line) for line in render("json-lines", report).splitlines()]
    for line in lines:
        LINE.validate(line)
    assert lines == json.loads(render("json", report))["findings"]


def test_suppressed_findings_on_request(report: Report) -> None:
    text = render("json-lines", report, Options(include_suppressed=True))
    reasons = [json.loads(line)["suppressed"] for line in text.splitlines()]
    assert sorted(reasons) == ["", "", "", "", "the mirror is frozen"]


def test_of_nothing() -> None:
    assert render("json-lines", Report(findings=())) == ""
