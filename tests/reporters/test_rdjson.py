from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from immutable_delivery.edits.plan import planned
from immutable_delivery.findings import Cause, Edit, Fix, Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render
from immutable_delivery.source.text import Text

Build = Callable[..., Report]

VALIDATOR = "@umbrelladocs/rdformat-validator@1.0.1"


def diagnostics(report: Report) -> Any:
    return json.loads(render("rdjson", report))["diagnostics"]


def fixed(report: Report, *texts: str) -> Report:
    """Return the report whose first finding has a fix that edits the places of all."""
    places = [finding.place for finding in report.findings]
    edits = tuple(Edit(place=p, text=text) for p, text in zip(places, texts, strict=True))
    first = replace(report.findings[0], fix=Fix(title="Mend it", edits=edits))
    return replace(report, findings=(first,))


def test_a_diagnostic(report: Report) -> None:
    first = diagnostics(report)[0]
    assert first["severity"] == "ERROR"
    assert first["code"]["value"] == "floating-tag"
    assert first["code"]["url"].endswith("/policies/image/floating-tag.yaml")
    whole = {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 17}}
    assert first["location"] == {"path": "web/Dockerfile", "range": whole}
    assert first["suggestions"] == [{"range": whole, "text": "node:22@sha256:0"}]
    assert first["related_locations"][0]["location"]["path"] == "compose.yaml"


def test_columns_count_bytes_with_the_byte_order_mark(build: Build) -> None:
    report = build(("a", "é🐳«ab»\n«c»\n"))
    marked = {"a": Text("a", report.texts["a"].value, bom=True)}
    for texts, column in ((report.texts, 7), (marked, 10)):
        ranges = [d["location"]["range"] for d in diagnostics(replace(report, texts=texts))]
        assert ranges[0]["start"] == {"line": 1, "column": column}
        assert ranges[0]["end"] == {"line": 1, "column": column + 2}
        assert ranges[1]["start"] == {"line": 2, "column": 1}


@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("FROM «é🐳:1»\nRUN x\n", ["b:2"]),
        ("a «b» c «d»\n", ["B", "D"]),
        ("a «b»\r\n  c: «d» é\r\n", ["B\nB", ""]),
        ("one\n«»two\n", ["zero\n"]),
        ("one\n«two\n»three\n", [""]),
    ],
)
def test_a_suggestion_gives_what_the_fix_gives(
    build: Build, value: str, texts: list[str], *, bom: bool
) -> None:
    report = build(("a", value))
    text = Text("a", report.texts["a"].value, bom=bom)
    report = fixed(replace(report, texts={"a": text}), *texts)
    [suggestion] = diagnostics(report)[0]["suggestions"]
    fix = report.findings[0].fix
    assert fix is not None
    assert applied(text, suggestion) == planned(fix.edits).edited(text)


def applied(text: Text, suggestion: Any) -> bytes:
    """Apply a suggestion to the bytes of a file, as reviewdog counts: lines from 1, columns in bytes from 1."""
    data = (b"\xef\xbb\xbf" if text.bom else b"") + text.value.encode()
    starts = [0, *(at + 1 for at, byte in enumerate(data) if byte == ord("\n"))]
    ends = (suggestion["range"]["start"], suggestion["range"]["end"])
    start, end = (starts[at["line"] - 1] + at["column"] - 1 for at in ends)
    inserted: str = suggestion["text"]
    return data[:start] + inserted.encode() + data[end:]


def test_a_fix_that_needs_other_files_is_no_suggestion(build: Build) -> None:
    assert (
        "suggestions" not in diagnostics(fixed(build(("a", "«x»\n"), ("b", "«y»\n")), "1", "2"))[0]
    )


def test_an_unsafe_suggestion_says_so(build: Build) -> None:
    report = fixed(build(("a", "«x»\n")), "y")
    [finding] = report.findings
    assert finding.fix is not None
    risky = replace(finding, fix=replace(finding.fix, safe=False))
    [diagnostic] = diagnostics(replace(report, findings=(risky,)))
    assert diagnostic["message"].endswith(" (the suggestion can change how it behaves)")


def test_lines_hold_the_same_with_their_source(report: Report) -> None:
    lines = [json.loads(line) for line in render("rdjsonl", report).splitlines()]
    assert [line.pop("source")["name"] for line in lines] == ["imd"] * 4
    assert lines == diagnostics(report)
    assert render("rdjsonl", Report(findings=())) == ""


@pytest.mark.slow
def test_a_validator_of_reviewdogs_format_accepts_it(
    report: Report, packages: Callable[..., Path], tmp_path: Path
) -> None:
    tool = packages(VALIDATOR) / ".bin" / "rdformat-validator"
    texts = {
        "full.json": render("rdjson", report, Options(include_suppressed=True)),
        "empty.json": render("rdjson", Report(findings=())),
        "broken.json": render("rdjson", report).replace('"ERROR"', '"FATAL"'),
    }
    accepted = {}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        command = [str(tool), "--strict", str(tmp_path / name)]
        accepted[name] = subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert accepted == {"full.json": True, "empty.json": True, "broken.json": False}


def test_what_brought_a_finding_is_related(report: Report) -> None:
    cause = Cause(file=".env", event="changed", line=3)
    [one] = diagnostics(replace(report, findings=(replace(report.findings[0], cause=cause),)))
    assert one["message"].endswith(" (since .env:3 was changed)")
    related = {"path": ".env", "range": {"start": {"line": 3}}}
    assert one["related_locations"][-1] == {
        "message": "It came when this was changed.",
        "location": related,
    }
