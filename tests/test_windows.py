"""What a checkout on Windows brings: line ends of two characters, and paths with drive letters and backslashes."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path, PureWindowsPath

import pytest

from immutable_delivery.cli.paths import pasted
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 6, 15)


def told(folder: Path) -> set[tuple[str, str, int]]:
    report = run(folder, Request(profile="strict", today=TODAY)).report
    texts = report.texts
    return {
        (one.policy, one.place.file, texts[one.place.file].line_of(one.place.span.start))
        for one in report.findings
    }


def test_a_checkout_with_crlf_gives_the_same_findings(tmp_path: Path) -> None:
    plain, windows = tmp_path / "plain", tmp_path / "windows"
    for folder in (plain, windows):
        shutil.copytree(ROOT / "examples" / "storefront", folder)
    for path in (one for one in windows.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if b"\0" not in data:
            path.write_bytes(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    found = told(plain)
    assert len(found) > 10
    assert told(windows) == found


@pytest.mark.parametrize(
    ("written", "path"),
    [
        (r"C:\shop\web\Dockerfile:3:1", r"C:\shop\web\Dockerfile"),
        (r"C:\shop\web\Dockerfile:12", r"C:\shop\web\Dockerfile"),
        (r"web\Dockerfile:12:", r"web\Dockerfile"),
        (r"C:\shop\web\Dockerfile", None),
        ("C:", None),
    ],
)
def test_a_drive_is_no_line_of_a_pasted_path(written: str, path: str | None) -> None:
    assert pasted(written) == path
    assert path is None or PureWindowsPath(path).name == "Dockerfile"
