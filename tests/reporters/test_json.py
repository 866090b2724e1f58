from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files

import jsonschema
import pytest

from immutable_delivery.findings import Report
from immutable_delivery.reporters import render

Build = Callable[..., Report]

SCHEMA = json.loads(
    (files("immutable_delivery") / "schemas" / "report.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_full_and_an_empty_report_fit_the_schema(report: Report) -> None:
    for one in (report, Report(findings=(), version="0")):
        VALIDATOR.validate(json.loads(render("json", one)))


def test_positions(report: Report) -> None:
    data = json.loads(render("json", report))
    place = data["findings"][0]["place"]
    assert place == {
        "file": "web/Dockerfile",
        "start": {"line": 1, "column": 6, "offset": 5},
        "end": {"line": 1, "column": 17, "offset": 16},
    }
    assert data["findings"][0]["fix"]["edits"][0]["place"] == place
    assert data["services"][0]["decided_by"]["policy"] == "floating-tag"
    assert data["summary"]["findings"] == {"error": 2, "warning": 2, "note": 0}


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert render("json", report) == render("json", report)


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_a_file_name_that_is_not_utf8_survives(build: Build, name: str) -> None:
    text = render(name, build(("a\udcff.yaml", "«x»\n")))
    data = json.loads(text.encode("utf-8", "backslashreplace"))
    assert "yaml" in json.dumps(data["files"] if name == "json" else data["runs"][0]["results"])
