"""What services of systemd run on the machine that starts them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.facts import Fact, Fetch, File, Image, Mount
from immutable_delivery.formats import systemd
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

PULL = "[Service]\nExecStartPre=-/usr/bin/git -C /srv/app pull\nExecStart=/srv/app/run\n"


def facts(files: Mapping[str, str]) -> list[Fact]:
    project = read(MemoryFiles(files), lambda _path: "")
    return [fact for fact in project.facts if not isinstance(fact, File)]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("a.service", PULL, True),
        ("a.service", "[Service]\nType=oneshot\n", False),
        ("a.timer", PULL, False),
        ("a.service.ts", PULL, False),
    ],
)
def test_a_service_says_what_it_runs(path: str, text: str, claimed: bool) -> None:
    assert systemd.claims(path, text.encode()) is claimed


def test_code_that_is_pulled_before_a_start_is_a_fetch_of_the_machine() -> None:
    (fetch,) = (fact for fact in facts({"a.service": PULL}) if isinstance(fact, Fetch))
    assert (fetch.source_type, fetch.scope.phase) == ("git", "boot")
    assert PULL[: fetch.used_at.span.start].count("\n") == 1


def test_a_container_of_a_service_runs_on_the_machine() -> None:
    text = "[Service]\nExecStart=/usr/bin/docker run --rm --name web \\\n  -v /srv/app:/app shop/web:latest\n"
    found = facts({"a.service": text})
    assert [(f.text, f.role) for f in found if isinstance(f, Image)] == [
        ("shop/web:latest", "container")
    ]
    assert [(f.source, f.target) for f in found if isinstance(f, Mount)] == [("/srv/app", "/app")]


def test_what_specifiers_hide_is_not_known() -> None:
    (image,) = facts({"a@.service": "[Service]\nExecStart=docker pull shop/%i:1\n"})
    assert isinstance(image, Image)
    assert image.reference is None
