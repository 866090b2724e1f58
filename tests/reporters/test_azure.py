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


def test_issues(report: Report) -> None:
    lines = render("azure", report).splitlines()
    assert lines[1] == (
        "##vso[task.logissue type=error;sourcepath=web/Dockerfile;linenumber=1;columnnumber=6;"
        "code=floating-tag;]node:latest can be another image tomorrow [fixable]"
    )
    assert [line.partition(";")[0].rpartition("=")[2] for line in lines[:-1]] == [
        "error", "error", "warning", "warning",
    ]  # fmt: skip
    assert lines[-1] == "imd: 2 errors, 2 warnings"


def test_a_note_is_called_one(report: Report) -> None:
    note = replace(report.findings[0], severity="note")
    line = render("azure", replace(report, findings=(note,))).splitlines()[0]
    assert "type=warning;" in line
    assert "]note: node:latest" in line


def test_columns_count_utf16_units(build: Build) -> None:
    assert "columnnumber=3;" in render("azure", build(("a", "🐳«ab»\n")))


@pytest.mark.slow
def test_microsofts_task_library_reads_what_was_meant(
    build: Build, packages: Callable[..., Path], node: Node
) -> None:
    path = "a;b]c%0A=\n##vso[x]\r.yaml"
    report = build((path, "«x»\n"))
    evil = replace(report.findings[0], message="100%0A of [a];b ##vso[task.setvariable]c")
    text = render("azure", replace(report, findings=(evil,)))
    script = """
        import { createRequire } from 'node:module'
        const library = createRequire(process.argv[1] + '/')('azure-pipelines-task-lib/taskcommand')
        console.log(JSON.stringify(library.commandFromString(process.argv[2])))
    """
    modules = packages("azure-pipelines-task-lib@5.281.0")
    read = json.loads(node(modules, script, text.splitlines()[0]))
    assert read == {
        "command": "task.logissue",
        "message": evil.message,
        "properties": {
            "type": "error", "sourcepath": path, "linenumber": "1", "columnnumber": "1", "code": "floating-tag",
        },
    }  # fmt: skip
