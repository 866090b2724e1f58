"""The ignore files of trivy: what of them counts here; tests/cli/test_untrusted.py says who may turn them off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.findings import Report
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

TODAY = date(2026, 6, 15)
FLOATING = 'FROM debian:latest\nCMD ["true"]\n'


def judged(folder: Path, **files: str) -> Report:
    for name, text in {"Dockerfile": FLOATING, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return run(folder, Request(select=("floating-tag",), today=TODAY)).report


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("DS-0001\n", True),
        ("# images\nAVD-DS-0001\n", True),
        ("\n  DS001 # the mirror is frozen\r\n", True),
        ("DS-0001 exp:2026-06-16\n", True),
        ("DS-0001 exp:2026-06-15\n", False),
        ("DS-0001 exp:never\n", False),
        ("CVE-2026-0001\nDS-0026\n", False),
        ("# DS-0001\n", False),
        ("DS-0001 DS-0002\n", False),
        ("*\n", False),
        ("", False),
    ],
)
def test_an_entry_covers_every_file(tmp_path: Path, text: str, *, silent: bool) -> None:
    report = judged(tmp_path, **{".trivyignore": text})
    assert [one.silenced_by for one in report.suppressed] == ["trivy"] * silent
    assert len(report.findings) == (not silent)


def test_the_reason_says_where_it_stands(tmp_path: Path) -> None:
    report = judged(tmp_path, **{".trivyignore": "DS-0001 # the mirror is frozen\n"})
    assert report.suppressed[0].suppressed == ".trivyignore ignores DS-0001: the mirror is frozen"


def test_the_file_in_yaml_knows_paths_and_an_end(tmp_path: Path) -> None:
    tree = (
        "misconfigurations:\n"
        "  - {id: AVD-DS-0001, paths: [a/*], statement: a mirror}\n"
        "  - {id: DS-0001, paths: [b/Dockerfile], expired_at: 2026-06-01}\n"
        "  - {paths: [c]}\n"
        "vulnerabilities: [{id: DS-0001}]\n"
    )
    files = {".trivyignore.yaml": tree, "a/Dockerfile": FLOATING, "b/Dockerfile": FLOATING}
    report = judged(tmp_path, **files)
    assert [finding.place.file for finding in report.findings] == ["Dockerfile", "b/Dockerfile"]
    assert [one.suppressed for one in report.suppressed] == [
        ".trivyignore.yaml ignores AVD-DS-0001: a mirror"
    ]


@pytest.mark.parametrize("text", ["misconfigurations: [", "misconfigurations: 1\n", "- x\n", "\t"])
def test_a_broken_file_silences_nothing(tmp_path: Path, text: str) -> None:
    assert len(judged(tmp_path, **{".trivyignore.yaml": text}).findings) == 1


def test_a_file_further_down_is_not_what_trivy_reads(tmp_path: Path) -> None:
    assert len(judged(tmp_path, **{"a/.trivyignore": "DS-0001\n"}).findings) == 1
