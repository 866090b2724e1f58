"""Crontabs as files: what cron runs on a machine."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Command, Image, Mount, Unread
from immutable_delivery.formats import crontab
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text


def read_all(path: str, text: str | bytes) -> list[str]:
    facts = read(MemoryFiles({path: text}), lambda _path: "").facts
    shown = [one for one in facts if isinstance(one, Image) or (isinstance(one, Command) and one.mutates)]  # fmt: skip
    return [one.text for one in shown]


@pytest.mark.parametrize(
    ("path", "claimed"),
    [("crontab", True), ("a/cron.d/b", True), ("etc/crontabs/root", True), ("a.cron", True), ("a.crontab", True), ("crontab.txt", True), ("notes", False), ("cron.d/README.md", False)],
)  # fmt: skip
def test_names(path: str, claimed: bool) -> None:
    assert crontab.claims(path, b"0 3 * * * /x\n") is claimed
    assert not crontab.claims(path, b"Runs a thing\nat night\n")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("crontab", "0 3 * * * docker pull a\n", ["a"]),
        ("crontab", "*/5 * * * mon-fri docker pull a\n", ["a"]),
        ("crontab", "@reboot docker pull a\r\n", ["a"]),
        ("crontab", "@daily root docker pull a\n", ["a"]),
        ("etc/crontab", "17 * * * * root docker pull a\n", ["a"]),
        ("x/cron.d/y", "17 * * * * shop docker pull a", ["a"]),
        ("crontab", "# 0 3 * * * docker pull a\n0 4 * * * true\n", []),
        ("crontab", "I=a\n0 3 * * * docker pull $I\n", ["a"]),
        ("crontab", "0 3 * * * kubectl rollout restart deploy/a\n", ["kubectl rollout restart deploy/a"]),
        ("crontab", "0 3 * * * kind create cluster\n0 4 * * * kubectl edit deploy/a\n", ["kubectl edit deploy/a"]),
    ],
)  # fmt: skip
def test_lines_are_read(path: str, text: str, expected: list[str]) -> None:
    assert read_all(path, text) == expected


def test_a_container_that_cron_starts_has_its_mounts() -> None:
    text = "0 3 * * * docker run -d -v /srv/app:/app shop/web:1.2.3\n"
    facts = read(MemoryFiles({"crontab": text}), lambda _path: "").facts
    assert [one.source for one in facts if isinstance(one, Mount)] == ["/srv/app"]


def test_a_comment_above_a_line_silences_it() -> None:
    text = Text("crontab", "# imd: ignore[a] why\n0 3 * * * docker pull a\n")
    document = crontab.parse(text)
    assert [one.covers for one in crontab.comments(document, text)] == [(31, 44)]


@pytest.mark.parametrize("text", ["* * * * *", "@reboot", "=\n0 3 * * * docker", "0 3 * * * docker pull a:\xff", "0 3 * * * " + "docker " * 10_000])  # fmt: skip
def test_odd_crontabs_end(text: str) -> None:
    assert isinstance(read_all("crontab", text.encode("latin-1")), list)


def test_what_holds_too_many_lines_is_named() -> None:
    text = "0 3 * * * docker pull a\n" * 400_000
    facts = read(MemoryFiles({"crontab": text}), lambda _path: "").facts
    assert [one.reason for one in facts if isinstance(one, Unread)] == [
        "only 5000 commands of a file are read"
    ]
    assert sum(isinstance(one, Image) for one in facts) == 5_000
