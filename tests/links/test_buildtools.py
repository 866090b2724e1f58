"""An image that is a build tool builds for whoever calls it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

TODAY = date(2026, 11, 29)

TOOL = 'FROM golang:1.23.4\nWORKDIR /src\nENTRYPOINT ["make"]\n'


def built(folder: Path, files: dict[str, str]) -> list[str]:
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    return [
        one.policy
        for one in run(folder, Request(select=("build-at-start",), today=TODAY)).report.findings
    ]


def test_a_tool_without_code_builds_nothing_at_start(tmp_path: Path) -> None:
    assert built(tmp_path, {"Dockerfile": TOOL}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": TOOL.replace("ENTRYPOINT", "COPY . .\nENTRYPOINT"), "main.go": "package x"},
        {"Dockerfile": TOOL.replace("ENTRYPOINT", "CMD")},
        {"Dockerfile": TOOL, "compose.yaml": "services: {web: {build: .}}"},
    ],
    ids=["it brings code", "it is no entrypoint", "it is deployed"],
)
def test_what_delivers_builds_at_start(tmp_path: Path, files: dict[str, str]) -> None:
    assert built(tmp_path, files) == ["build-at-start"]
