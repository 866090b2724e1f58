"""Commits for `uses:` and hooks, asked of real repositories: git's own http-backend serves them on loopback."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.commands.pin.conftest import Result

from immutable_delivery.cli.exits import run

WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
    - uses: actions/checkout@{checkout}
    - uses: 'acme/tools/lint@{tools}'
    - uses: ./here
    - {{uses: acme/tools/lint@{flow}}}
  b:
    uses: acme/tools/.github/workflows/x.yml@{branch}
"""


def git(folder: Path, *words: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@a.example",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@a.example",
    }
    environ = {
        **os.environ,
        **identity,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@dataclass
class Host:
    """A host of repositories."""

    folder: Path
    address: str = ""
    asked: list[str] = field(default_factory=list)
    protocol: bool = True
    """Whether it speaks version 2."""

    def make(self, name: str, *tags: str) -> str:
        """Make a repository with one commit under these tags and `main`; return the commit."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        if not (path / ".git").exists():
            git(path, "init", "-q", "-b", "main")
        git(path, "commit", "-q", "--allow-empty", "-m", " ".join(tags))
        for tag in tags:
            git(path, "tag", "-f", "-a", "-m", tag, tag)
        return git(path, "rev-parse", "HEAD")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path / "host")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers["Content-Length"])))

        def answer(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            made.asked.append(f"{self.command} {path}")
            environ = {
                **os.environ, "GIT_PROJECT_ROOT": str(made.folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)), "GIT_PROTOCOL": self.headers.get("Git-Protocol", "") if made.protocol else "",
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
            }  # fmt: skip
            done = subprocess.run(
                ["git", "http-backend"], input=body, env=environ, capture_output=True, check=False
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            lines = dict(
                line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line
            )
            self.send_response(int(lines.pop("Status", "200").split()[0]))
            for name, value in lines.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.address = f"127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()


@dataclass
class Place:
    root: Path
    capfd: pytest.CaptureFixture[str]
    host: Host

    def call(self, *arguments: str) -> Result:
        self.capfd.readouterr()
        code = run(list(arguments))
        return Result(code, *self.capfd.readouterr())

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
        return target


@pytest.fixture
def place(
    tmp_path: Path, host: Host, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Place:
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("IMD_MIRROR", f"github.com={host.address}")
    monkeypatch.setenv("IMD_INSECURE", host.address)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return Place(root, capfd, host)


def test_a_tag_becomes_its_commit_and_back(place: Place) -> None:
    checkout = place.host.make("actions/checkout", "v4", "v4.2", "v4.2.2")
    tools = place.host.make("acme/tools", "v1.0.0")
    before = WORKFLOW.format(checkout="v4", tools="v1.0.0", flow="v1.0.0", branch="main")
    file = place.write(".github/workflows/a.yml", before)
    done = place.call("pin", "--apply")
    assert (done.code, file.read_text()) == (
        0,
        WORKFLOW.format(checkout=f"{checkout} # v4.2.2", tools=tools, flow=tools, branch=f"{tools} # main")
        .replace(f"lint@{tools}'", f"lint@{tools}' # v1.0.0"),
    )  # fmt: skip
    assert "5 references" not in done.err
    assert place.call("pin", "--check").code == 0
    assert place.call("unpin", "--apply").code == 0
    assert file.read_text() == before
    assert not (place.root / ".imd").exists()


@pytest.mark.parametrize("protocol", [True, False])
def test_each_repository_is_asked_once(place: Place, *, protocol: bool) -> None:
    place.host.protocol = protocol
    commit = place.host.make("acme/tools", "v1")
    file = place.write(
        ".github/workflows/a.yml",
        "on: push\njobs: {a: {steps: [\n{uses: acme/tools@v1},\n{uses: acme/tools/x@v1}]}}\n",
    )
    assert place.call("pin", "--apply").code == 0
    assert file.read_text().count(commit) == 2
    assert place.host.asked == [
        "GET /acme/tools/info/refs",
        *(["POST /acme/tools/git-upload-pack"] if protocol else []),
    ]


def test_update_follows_the_tag(place: Place) -> None:
    place.host.make("actions/checkout", "v4", "v4.2.2")
    file = place.write(
        ".github/workflows/a.yml",
        "on: push\r\njobs: {a: {steps: [\r\n{\r\nuses: actions/checkout@v4\r\n}]}}\r\n",
    )
    place.call("pin", "--apply")
    moved = place.host.make("actions/checkout", "v4", "v4.3.0")
    assert place.call("pin", "--update", "--apply").code == 0
    assert f"checkout@{moved} # v4.3.0\r\n" in file.read_bytes().decode()
    assert place.call("pin", "--update", "--apply").err.startswith("0 references")


def test_a_comment_that_is_there_stays(place: Place) -> None:
    commit = place.host.make("actions/checkout", "v4")
    before = "on: push\njobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4 # clones\n"
    file = place.write(".github/workflows/a.yml", before)
    place.call("pin", "--apply")
    assert f"checkout@{commit} # v4 # clones\n" in file.read_text()
    place.call("unpin", "--apply")
    assert file.read_text() == before


def test_hooks_are_frozen_as_pre_commit_does_it(place: Place) -> None:
    commit = place.host.make("acme/hooks", "v1.2.0")
    before = "repos:\n- repo: https://github.com/acme/hooks\n  rev: v1.2.0\n  hooks: [{id: a}]\n- repo: local\n  hooks: []\n"
    file = place.write(".pre-commit-config.yaml", before)
    assert place.call("pin", "--apply").code == 0
    assert f"  rev: {commit}  # frozen: v1.2.0\n" in file.read_text()
    assert place.call("unpin", "--apply").code == 0
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("used", "code", "said"),
    [
        ("acme/none@v1", 2, "no such repository"),
        ("acme/tools@v9", 2, "it has no tag and no branch 'v9'"),
        ("acme/tools", 1, "it names no tag and no branch"),
        ("acme/tools@0a1b2c3", 1, "a commit that is cut short"),
        ("acme/tools@${{ inputs.x }}", 0, ""),
    ],
)
def test_what_cannot_be_pinned_is_said(place: Place, used: str, code: int, said: str) -> None:
    place.host.make("acme/tools", "v1")
    place.write(
        ".github/workflows/a.yml", f"on: push\njobs: {{a: {{steps: [{{uses: '{used}'}}]}}}}\n"
    )
    done = place.call("pin", "--apply")
    assert (done.code, said in done.err) == (code, True)


def test_only_what_is_named_is_pinned(place: Place) -> None:
    place.host.make("acme/tools", "v1")
    file = place.write(
        ".github/workflows/a.yml",
        "on: push\njobs: {a: {steps: [\n{uses: acme/tools@v1},\n{uses: acme/other@v1}]}}\n",
    )
    assert place.call("pin", "--apply", "acme/tools").code == 0
    assert "acme/other@v1" in file.read_text()
    assert place.call("pin", "acme/nothing").code == 2


def test_what_answers_without_git_is_refused(place: Place) -> None:
    place.host.folder.mkdir()
    place.write(
        ".github/workflows/a.yml", "on: push\njobs: {a: {steps: [{uses: 'acme/tools@v1'}]}}\n"
    )
    assert place.call("pin", "--apply").code == 2
