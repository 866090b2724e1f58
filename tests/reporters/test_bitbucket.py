"""Code Insights: limits, and the loop of the snippet that sends what is printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from tests.components import program
from tests.hooks.test_ci import SNIPPETS
from tests.registry.conftest import serving

from immutable_delivery.findings import Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import render, rendered

if TYPE_CHECKING:
    from pathlib import Path

Build = Callable[..., Report]


def _requests(text: str) -> list[tuple[str, str, Any]]:
    found = [re.fullmatch(r"(PUT|POST) (/\S+) (.*)", line) for line in text.splitlines()]
    return [(one[1], one[2], json.loads(one[3])) for one in found if one]


def test_report_says_what_the_exit_code_says(report: Report) -> None:
    (method, path, body), annotations = _requests(render("bitbucket", report))
    assert (method, path, body["result"]) == ("PUT", "/reports/imd", "FAILED")
    assert annotations[:2] == ("POST", "/reports/imd/annotations")
    assert len(annotations[2]) == len(report.findings)
    assert {one["severity"] for one in annotations[2]} <= {"HIGH", "MEDIUM", "LOW"}
    [(_, _, clean)] = _requests(render("bitbucket", replace(report, findings=())))
    assert clean["result"] == "PASSED"


def test_limits_are_held_worst_first(build: Build) -> None:
    report = build(("Dockerfile", "FROM «debian»\n"))
    [finding] = report.findings
    notes = [
        replace(finding, fingerprint=f"{one}", severity="note", message="x" * 5_000)
        for one in range(1_100)
    ]
    text, left = rendered("bitbucket", replace(report, findings=(*notes, finding)))
    _, *batches = _requests(text)
    assert [len(body) for _, _, body in batches] == [100] * 10
    assert left == ["101 findings more than a report takes"]
    first = batches[0][2][0]
    assert first["severity"] == "HIGH"
    assert max(len(one["summary"]) for _, _, body in batches for one in body) == 450
    assert max(len(one["details"]) for _, _, body in batches for one in body) == 2_000


def test_snippet_sends_what_is_printed(report: Report, tmp_path: Path) -> None:
    program("curl")
    seen: list[tuple[str, str, Any]] = []

    class Proxy(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append((self.command, self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_PUT  # noqa: N815

    pipelines = YAML(typ="safe", pure=True).load((SNIPPETS / "bitbucket.yaml").read_text("utf-8"))
    [step] = pipelines["definitions"]["steps"]
    (tmp_path / "imd.requests").write_text(render("bitbucket", report))
    with serving(Proxy) as port:
        environ = {
            "PATH": os.environ["PATH"],
            "PROXY": f"http://127.0.0.1:{port}",
            "BITBUCKET_REPO_FULL_NAME": "o/r",
            "BITBUCKET_COMMIT": "abc",
        }
        command = ["sh", "-ec", "\n".join(step["step"]["after-script"])]
        done = subprocess.run(
            command, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    prefix = "http://api.bitbucket.org/2.0/repositories/o/r/commit/abc"
    assert seen == [
        (method, f"{prefix}{path}", body)
        for method, path, body in _requests(render("bitbucket", report))
    ]
