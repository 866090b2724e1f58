"""Forges that refuse, slow down, hang up and move on: nothing is said twice, and no finding is lost."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from tests.forges.servers import limited, spent
from tests.forges.store import PERSON, TOKEN, Comment
from tests.kit import PATIENCE
from tests.registry.conftest import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Repository
    from tests.forges.conftest import Forge

Serve = Callable[[str, str, str], "Forge"]

SERVICES = 4


def _compose(number: int = SERVICES) -> str:
    services = "".join(f"  s{one}:\n    image: example.org/s{one}\n" for one in range(number))
    return f"name: shop\nservices:\n{services}"


@pytest.fixture
def pull(repository: Repository) -> tuple[str, str]:
    """Return a base, and a push with findings on its lines and one elsewhere."""
    base = repository.commit(
        {
            "web/Dockerfile": 'FROM scratch\nCOPY . /app\nCMD ["/app/run"]\n',
            "web/.dockerignore": "*\n!run\n",
            "web/run": "x\n",
        }
    )
    repository.git("rm", "--quiet", "web/.dockerignore")
    return base, repository.commit({"compose.yaml": _compose()})


def _works(_handler: BaseHTTPRequestHandler) -> str:
    return ""


def _finished(forge: Forge) -> None:
    """Hold that each finding is said once."""
    store = forge.store
    assert len(store.conversations) == SERVICES
    assert len({one.line for one in store.conversations}) == SERVICES
    assert len(store.notes) == 1
    assert store.drafts == []


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("at", range(7))
def test_dropped_connections_say_nothing_twice(
    serve: Serve, name: str, pull: tuple[str, str], fault: str, at: int
) -> None:
    forge = serve(name, *pull)
    forge.store.faults = [*([_works] * at), lambda _handler: fault]
    done = forge.review("--no-status")
    assert done.code == 1, done.err
    assert "warning" not in done.err
    _finished(forge)


def test_server_errors_say_nothing_twice(serve: Serve, name: str, pull: tuple[str, str]) -> None:
    forge = serve(name, *pull)
    forge.store.faults = [lambda _handler: "broken"]
    assert "warning" not in forge.review().err
    _finished(forge)


def test_rate_limits_are_waited_for(serve: Serve, name: str, pull: tuple[str, str]) -> None:
    forge = serve(name, *pull)
    forge.store.faults = [limited(1), _works, limited(1)]
    began = time.monotonic()
    assert "warning" not in forge.review().err
    assert time.monotonic() - began >= 2
    _finished(forge)


def test_rate_limits_are_not_waited_for_without_end(
    serve: Serve, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    forge.store.faults = [spent] * 20
    began = time.monotonic()
    done = forge.review()
    assert time.monotonic() - began < 20 * PATIENCE
    assert (done.code, "too many requests" in done.err) == (1, True)
    assert all(f"example.org/s{one}" in done.out for one in range(SERVICES))


# Who may not write


@pytest.mark.parametrize("token", [TOKEN, "", "wrong"])
def test_findings_are_told_by_the_job_where_nobody_may_comment(
    serve: Serve, name: str, pull: tuple[str, str], token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    forge = serve(name, *pull)
    forge.store.denied = re.compile(r"(POST|PUT|PATCH|DELETE) (?!/graphql)")
    done = forge.review("--since", forge.store.base, "--head", forge.store.head, token=token)
    assert done.code == 1
    assert "not all could be said" in done.err
    assert all(f"example.org/s{one}" in done.out for one in range(SERVICES))
    assert not forge.store.conversations
    assert not forge.store.notes
    if name == "github":
        assert done.out.count("::error ") == SERVICES
        assert "whole-context-copied" in summary.read_text("utf-8")


def test_who_may_not_resolve_edits(
    serve: Serve, repository: Repository, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    forge.review()
    forge.store.denied = re.compile(r"resolve|PUT \S+/discussions/")
    forge.store.push(repository.commit({"compose.yaml": _compose(1)}))
    done = forge.review()
    assert "warning" not in done.err
    bodies = [one.comments[0].body for one in forge.store.conversations]
    assert sum("<summary>Fixed with" in body for body in bodies) == SERVICES - 1
    assert not any("```suggestion" in body for body in bodies)
    before = len(forge.store.changes)
    forge.review("--no-status")
    assert len(forge.store.changes) == before


def test_status_where_check_runs_are_not_allowed(serve: Serve, pull: tuple[str, str]) -> None:
    forge = serve("github", *pull)
    forge.store.denied = re.compile("POST .*/check-runs")
    assert "warning" not in forge.review().err
    assert forge.store.statuses[-1]["state"] == "failure"
    forge.store.denied = re.compile("POST .*/(check-runs|statuses)")
    assert "warning" not in forge.review().err


# What the forge does not take


def test_refused_lines_lose_no_finding(
    serve: Serve, name: str, pull: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = serve(name, *pull)
    monkeypatch.setattr(forge.store, "refuses", lambda path, *_: f"{path} is not part of the diff")
    done = forge.review()
    assert "warning" not in done.err
    assert not forge.store.conversations
    [note] = forge.store.notes
    assert all(f"example.org/s{one}" in note.body for one in range(SERVICES))


def test_comments_of_a_run_for_an_older_commit_are_not_written(
    serve: Serve, repository: Repository, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    old = forge.store.head
    forge.store.push(repository.commit({"compose.yaml": _compose(2)}))
    done = forge.review("--head", old)
    assert "moved on" in done.err
    assert not forge.store.conversations
    assert not forge.store.checks
    assert not forge.store.statuses


def test_copied_marks_are_nobody_s_but_their_writer_s(
    serve: Serve, repository: Repository, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    store = forge.store
    forge.review()
    mark = store.conversations[0].comments[0].body
    theirs = store.say(PERSON, mark, "compose.yaml", 4, 4)
    store.notes.append(Comment(next(store.ids), PERSON, store.notes[0].body))
    store.push(
        repository.commit({"compose.yaml": "services: {}\n", "web/.dockerignore": "*\n!run\n"})
    )
    assert forge.review().code == 0
    assert theirs.open
    assert theirs.comments[0].body == mark
    assert "nothing to object to" not in store.notes[1].body


def test_many_findings_keep_every_limit(serve: Serve, repository: Repository, name: str) -> None:
    base = repository.commit({"a": "1\n"})
    forge = serve(name, base, repository.commit({"compose.yaml": _compose(700)}))
    done = forge.review()
    assert "warning" not in done.err
    assert len(forge.store.conversations) == 30
    assert len(forge.store.notes[0].body) <= 65_536
    said = set(
        re.findall(
            r"example\.org/s\d+",
            forge.store.notes[0].body
            + "".join(one.comments[0].body for one in forge.store.conversations),
        )
    )
    missing = re.search(r"(\d+) findings more", forge.store.notes[0].body)
    assert len(said) + (int(missing[1]) if missing else 0) == 700
    if name == "github":
        assert len(forge.store.checks[0]["output"]["annotations"]) == 670
        assert (
            max(
                len(body["output"]["annotations"])
                for _, path, body in forge.store.asked
                if "check-runs" in path
            )
            == 50
        )


def test_caller_says_how_many_comments_there_are(
    serve: Serve, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    forge.review("--comments", "1")
    assert len(forge.store.conversations) == 1
    assert forge.store.notes[0].body.count("example.org/") == SERVICES - 1
    forge.review("--comments", "4")
    _finished(forge)
    assert "example.org/" not in forge.store.notes[0].body


# The token, and what is printed


def test_printed_requests_are_those_that_are_sent(
    serve: Serve, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    done = forge.review("--dry-run")
    assert done.code == 1
    printed = [
        (one["method"], unquote(urlsplit(one["url"]).path), one["body"])
        for one in json.loads(done.out)
    ]
    assert forge.store.changes == []
    forge.review()
    sent = [
        (method, path, body or None)
        for method, path, body in forge.store.asked
        if f"{method} {path}" in forge.store.changes
    ]
    assert sent == printed


def test_token_goes_to_its_host_alone(
    serve: Serve, name: str, pull: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Thief(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            seen.extend([f"{self.command} {self.path}", *self.headers.values()])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        do_POST = do_GET  # noqa: N815

    with serving(Thief) as port:
        forge = serve(name, *pull)
        monkeypatch.setattr("tests.forges.servers.REDIRECT", f"http://127.0.0.1:{port}")
        done = forge.review("--insecure", f"127.0.0.1:{port}")
    assert done.code == 1
    assert "not all could be said" in done.err
    assert not any(TOKEN in one for one in seen)
    assert TOKEN not in done.out + done.err


@pytest.mark.parametrize("options", [("--dry-run",), ()])
def test_token_is_never_printed(
    serve: Serve, name: str, pull: tuple[str, str], options: tuple[str, ...]
) -> None:
    forge = serve(name, *pull)
    for _ in range(2):
        done = forge.review(*options)
        assert TOKEN not in done.out + done.err
        forge.store.faults = [spent] * 20


def test_unencrypted_forges_are_asked_only_where_the_caller_says_so(
    serve: Serve, name: str, pull: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = serve(name, *pull)
    monkeypatch.setattr("tests.forges.conftest.urlsplit", lambda _: urlsplit("//elsewhere.example"))
    done = forge.review()
    assert "speaks unencrypted HTTP" in done.err
    assert forge.store.asked == []


@pytest.mark.parametrize(
    "answer", ["{}", "[]", "null", "[1]", '{"data": null}', "<html>", '"x"', "[" * 100_000]
)
def test_answers_of_no_forge_are_no_fault_of_ours(
    serve: Serve, name: str, pull: tuple[str, str], answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = serve(name, *pull)
    monkeypatch.setattr("tests.forges.servers.Handler.answered", lambda *_: (200, answer))
    done = forge.review()
    assert (done.code, "not all could be said" in done.err) == (1, True), done.err
    assert all(f"example.org/s{one}" in done.out for one in range(SERVICES))
    done = forge.review("--dry-run")
    assert (done.code, "cannot be read" in done.err) == (2, True), done.err


def test_comments_are_found_behind_many_others(
    serve: Serve, name: str, pull: tuple[str, str]
) -> None:
    forge = serve(name, *pull)
    store = forge.store
    for number in range(230):
        store.say(PERSON, f"word {number}", "compose.yaml", 1, 1)
        store.notes.append(Comment(next(store.ids), PERSON, "word"))
    forge.review()
    assert len(store.conversations) == 230 + SERVICES
    before = len(store.changes)
    forge.review("--no-status")
    assert len(store.changes) == before


def test_graphql_of_an_enterprise_server_lies_beside_rest() -> None:
    from immutable_delivery.forges.github import FORGE  # noqa: PLC0415

    assert FORGE.url("https://git.example/api/v3", "/graphql") == "https://git.example/api/graphql"
    assert FORGE.url("https://git.example/api/v3", "/user") == "https://git.example/api/v3/user"
    assert FORGE.url("https://api.github.com", "/graphql") == "https://api.github.com/graphql"


@pytest.mark.parametrize("api", ["ftp://x", "https://user:word@x", "x", "https://"])
def test_address_of_the_forge_is_checked(
    serve: Serve, name: str, pull: tuple[str, str], api: str
) -> None:
    done = serve(name, *pull).review("--api", api)
    assert (done.code, "is no address of a forge" in done.err) == (2, True)


@pytest.mark.parametrize("token", ["", TOKEN])
def test_look_at_a_branch_needs_no_forge(
    serve: Serve, name: str, pull: tuple[str, str], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = serve(name, *pull)
    monkeypatch.setattr(type(forge), "variables", lambda *_: {f"{name.upper()}_TOKEN": token})
    done = forge.review("--dry-run", "--since", forge.store.base, "--api", forge.api)
    assert done.code == 1, done.err
    assert done.out.count("example.org/s0") == 1
    assert forge.store.asked == []
    assert "no pull request is known" in forge.review("--api", forge.api).err
