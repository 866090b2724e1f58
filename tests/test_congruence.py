"""The two words of a service: what it runs and what builds it, by evidence that no run can hide."""

from __future__ import annotations

from datetime import date

import pytest

from immutable_delivery.config import Config
from immutable_delivery.findings import FailOn, ServiceReport
from immutable_delivery.pipeline.examine import examine
from immutable_delivery.policy.gate import breaks
from immutable_delivery.policy.model import builtin
from immutable_delivery.policy.selection import Selection
from immutable_delivery.source.files import MemoryFiles

PINNED = "debian:12.8@sha256:" + "0" * 64
FIXED = f'FROM {PINNED}\nUSER 1\nENTRYPOINT ["/bin/true"]\n'
POLICIES = builtin()
DEFAULT = Selection()


def services(files: dict[str, str], selection: Selection = DEFAULT) -> dict[str, ServiceReport]:
    found = examine(
        MemoryFiles(files), POLICIES, Config(selection=selection), classify=lambda _path: "",
        today=date(2026, 1, 1),
    )  # fmt: skip
    return {service.name: service for service in found.services}


def words(files: dict[str, str], selection: Selection = DEFAULT) -> dict[str, tuple[str, str]]:
    return {name: (one.runs, one.builds) for name, one in services(files, selection).items()}


def composed(image: str, more: str = "") -> dict[str, str]:
    return {"compose.yaml": f"services:\n  web:\n    image: {image}\n{more}"}


def test_an_image_that_moves_makes_what_runs_convergent() -> None:
    (web,) = services(composed("nginx")).values()
    assert (web.runs, web.builds) == ("convergent", "not built here")
    assert web.runs_by is not None
    assert (web.runs_by.policy, web.builds_by) == ("floating-tag", None)


def test_a_base_that_moves_makes_the_build_moving_and_nothing_else() -> None:
    files = {
        "Dockerfile": FIXED.replace(PINNED, "debian"),
        "compose.yaml": f"services:\n  web:\n    build: .\n    image: a@sha256:{'1' * 64}\n",
    }
    (web,) = services(files).values()
    assert web.builds == "moving"
    assert web.builds_by is not None
    assert web.builds_by.policy == "floating-tag"
    assert web.runs_by is None or web.runs_by.place.file == "compose.yaml"


def test_what_nothing_here_deploys_is_not_called_congruent() -> None:
    assert set(words({"web/Dockerfile": FIXED}).values()) == {("not run here", "repeatable")}
    assert set(words({"web/Dockerfile": "FROM debian\n"}).values()) == {("not run here", "moving")}


def test_what_installs_when_it_starts_is_divergent() -> None:
    start = "    command: sh -c 'pip install flask && flask run'\n"
    assert words(composed(PINNED, start)) == {"web": ("divergent", "not built here")}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("", "a root that could be written"),
        ("    stdin_open: true\n    tty: true\n", "a shell that could be typed into"),
        (
            "    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n",
            "a socket that could be used",
        ),
    ],
)
def test_possibility_is_no_change(more: str, reason: str) -> None:
    assert words(composed(PINNED, more)) == {"web": ("congruent", "not built here")}, reason


def test_what_is_unknown_leaves_the_part_undetermined_that_it_belongs_to() -> None:
    files = composed("a:${TAG}") | {"other/Dockerfile": "ARG BASE\nFROM $BASE\n"}
    found = services(files)
    assert {(one.runs, one.builds) for one in found.values()} == {
        ("undetermined", "not built here"), ("not run here", "undetermined"),
    }  # fmt: skip
    assert found["web"].unknown


@pytest.mark.parametrize(
    "selection",
    [
        Selection(profile="strict"),
        Selection(ignore=("floating-tag",)),
        Selection(select=("runs-as-root",)),
        Selection(severity={"floating-tag": "note"}),
    ],
)
def test_no_selection_changes_a_class(selection: Selection) -> None:
    files = composed("nginx") | {"Dockerfile": "FROM debian\n"}
    assert words(files, selection) == words(files)


def test_a_comment_that_silences_a_finding_changes_no_class() -> None:
    silent = {
        "compose.yaml": "services:\n  web:\n    # imd: ignore=floating-tag  we rebuild it\n    image: nginx\n"
    }
    assert words(silent) == words(composed("nginx"))


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [("divergent", []), ("convergent", ["compose.yaml"]), ("moving", ["Dockerfile"])],
)
def test_a_run_fails_for_what_runs_or_for_what_builds_it(
    fail_on: FailOn, failing: list[str]
) -> None:
    files = composed("nginx") | {"Dockerfile": FIXED.replace(PINNED, "debian")}
    found = examine(
        MemoryFiles(files), POLICIES, Config(), classify=lambda _path: "", today=date(2026, 1, 1)
    )  # fmt: skip
    broken = [finding for finding in found.findings if breaks(finding, fail_on)]
    assert sorted({one.place.file for one in broken}) == failing
