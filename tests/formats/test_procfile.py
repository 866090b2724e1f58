"""Procfiles: processes, their commands and what those do."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.kit import reader, text_at

from immutable_delivery.facts import Container, Install, Start
from immutable_delivery.formats import procfile
from immutable_delivery.source.text import Text

SAMPLE = """\
# imd: ignore[install-at-start] the platform has no build step
web: bundle exec puma -p $PORT

worker:\tnode worker.js
release: npm install && npm run migrate
"""


read = reader(procfile, "Procfile")


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("Procfile", True),
        ("api/Procfile", True),
        ("Procfile.dev", True),
        ("Procfile.md", False),
        ("MyProcfile", False),
    ],
)
def test_claims(path: str, claimed: bool) -> None:
    assert procfile.claims(path, b"") is claimed


def test_processes_start() -> None:
    facts, ctx = read(SAMPLE)
    starts = [fact for fact in facts if isinstance(fact, Start)]
    assert [(f.scope.service, f.scope.phase, f.text) for f in starts] == [
        ("web", "start", "bundle exec puma -p $PORT"),
        ("worker", "start", "node worker.js"),
        ("web", "hook", "npm install && npm run migrate"),
    ]
    assert {(f.origin, f.form, f.scope.deployed) for f in starts} == {("Procfile", "shell", True)}
    assert [text_at(SAMPLE, f.used_at) for f in starts] == [f.text for f in starts]
    assert text_at(SAMPLE, starts[1].extent) == "worker:\tnode worker.js"
    containers = [fact for fact in facts if isinstance(fact, Container)]
    assert [(c.name, c.runs, c.starts, c.own_start) for c in containers] == [
        ("web", True, True, True),
        ("worker", True, True, True),
        ("release", True, True, True),
    ]
    assert [text_at(SAMPLE, c.used_at) for c in containers] == ["web", "worker", "release"]
    assert ctx.troubles == []


def test_the_shell_is_read() -> None:
    facts, _ = read(SAMPLE)
    (install,) = [fact for fact in facts if isinstance(fact, Install)]
    assert (install.command, install.scope.phase) == ("npm install", "hook")
    assert text_at(SAMPLE, install.used_at) == "npm install"


@pytest.mark.parametrize(
    ("command", "more", "server"),
    [
        ("flask run --debug", {}, "flask run --debug"),
        ("exec uvicorn app:app --reload", {}, "uvicorn app:app --reload"),
        ("gunicorn app:app", {}, ""),
        ("npm run dev", {"package.json": '{"scripts": {"dev": "nodemon x.js"}}'}, "nodemon x.js"),
        ("sh start.sh", {"start.sh": "nodemon x.js\n"}, "nodemon x.js"),
    ],
)
def test_development_servers(command: str, more: Mapping[str, str], server: str) -> None:
    facts, ctx = read(f"web: {command}\n", **more)
    (start,) = [fact for fact in facts if isinstance(fact, Start)]
    assert start.dev_server == server
    assert set(more) <= set(ctx.texts)


def test_development_files_are_for_development() -> None:
    assert {fact.scope.development for fact in read(SAMPLE, "Procfile.dev")[0]} == {True}
    assert not any(fact.scope.development for fact in read(SAMPLE)[0])


def test_what_is_no_process_is_told() -> None:
    facts, ctx = read("web: a\r\nnonsense\r\nempty:\r\nweb: b\r\n")
    assert [fact.text for fact in facts if isinstance(fact, Start)] == ["b"]
    assert [trouble.offset for trouble in ctx.troubles] == [8, 18]


def test_comments_cover_the_process_below() -> None:
    text = Text("Procfile", SAMPLE)
    (comment,) = procfile.comments(procfile.parse(text), text)
    assert comment.text.startswith("imd: ignore[install-at-start]")
    assert comment.covers
    assert SAMPLE[slice(*comment.covers)] == "web: bundle exec puma -p $PORT"


def test_every_prefix_is_read() -> None:
    for end in range(len(SAMPLE)):
        read(SAMPLE[:end])
