"""Which scripts of the repository a command runs: followed to one limit, shell alone, nothing left out in silence."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.containers.files import ContainerFiles
from immutable_delivery.containers.lower import lower
from immutable_delivery.containers.scripts import MAX_SCRIPTS
from immutable_delivery.containers.spec import CommandSpec, ContainerSpec
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Container, Fact, Install, Scope, Start, Unread
from immutable_delivery.source.files import MemoryFiles, State
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

INSTALL = "pip install flask\n"


def run(
    line: str, files: Mapping[str, str], states: Mapping[str, State] | None = None
) -> list[Fact]:
    place = Place("Procfile", Span(0, len(line)))
    ctx = ParseContext(MemoryFiles(files, states))
    spec = ContainerSpec(
        used_at=place,
        extent=place,
        scope=Scope(phase="start"),
        entrypoint=CommandSpec(
            "Procfile", (LocatedText.literal(line, place),), place, place, form="shell"
        ),
        files=ContainerFiles(ctx, folder=""),
    )
    return list(lower(spec, ctx))


def installed(line: str, files: Mapping[str, str]) -> list[str]:
    return [fact.used_at.file for fact in run(line, files) if isinstance(fact, Install)]


@pytest.mark.parametrize(
    ("line", "name", "content", "followed"),
    [
        ("sh run", "run", INSTALL, True),
        ("sh run.txt", "run.txt", INSTALL, True),
        (". ./env.conf", "env.conf", INSTALL, True),
        ("./run", "run", INSTALL, True),
        ("./run.sh", "run.sh", INSTALL, True),
        ("./run", "run", f"#!/usr/bin/env -S bash -e\n{INSTALL}", True),
        ("./run", "run", f"#!/usr/bin/env python3\n{INSTALL}", False),
        ("./run.sh", "run.sh", f"#!/usr/bin/perl\n{INSTALL}", False),
        ("./run.rb", "run.rb", INSTALL, False),
        ("python run", "run", INSTALL, False),
        (
            "./go a",
            "go",
            f'a() {{\n{INSTALL}}}\nb() {{\ntrue\n}}\n"$@"\n',
            False,
        ),
    ],
)
def test_what_a_shell_reads_is_followed(line: str, name: str, content: str, followed: bool) -> None:
    assert installed(line, {name: content}) == ([name] if followed else [])


def test_scripts_that_run_each_other_end() -> None:
    files = {"a.sh": "sh b.sh\n", "b.sh": f"sh a.sh\n{INSTALL}"}
    assert installed("sh a.sh", files) == ["b.sh"]


def test_the_limit_is_one_and_what_lies_beyond_it_is_named() -> None:
    length = MAX_SCRIPTS + 1
    files = {f"{at}.sh": f"sh {at + 1}.sh\n" for at in range(length)}
    within = {**files, f"{MAX_SCRIPTS - 1}.sh": INSTALL}
    assert installed("sh 0.sh", within) == [f"{MAX_SCRIPTS - 1}.sh"]
    (unread,) = [fact for fact in run("sh 0.sh", files) if isinstance(fact, Unread)]
    assert unread.reason == f"'{MAX_SCRIPTS}.sh' is one script too many to be read"
    assert unread.used_at.file == f"{MAX_SCRIPTS - 1}.sh"


def test_what_version_control_ignores_is_no_script_of_the_repository() -> None:
    facts = run("sh run.sh", {"run.sh": INSTALL}, {"run.sh": "ignored"})
    assert [type(fact) for fact in facts] == [Container, Start]


def test_the_first_script_is_told_and_what_led_to_it() -> None:
    facts = run("sh a.sh", {"a.sh": "sh b.sh\n", "b.sh": INSTALL})
    (start,) = [fact for fact in facts if isinstance(fact, Start)]
    (install,) = [fact for fact in facts if isinstance(fact, Install)]
    assert start.script == "a.sh"
    assert [place.file for place in install.related] == ["Procfile"]


WRAPPER = '#!/bin/sh\nfor n in 1 2 3; do\n  "$@" && break\ndone\n'


def packages(line: str, files: Mapping[str, str]) -> list[str | None]:
    installs = [fact for fact in run(line, files) if isinstance(fact, Install)]
    return [package.name for install in installs for package in install.packages]


@pytest.mark.parametrize(
    "line",
    [
        "./again pip install flask",
        "sh again pip install flask",
        "./again ./again pip install flask",
        "./last pip install flask",
        "./named flask",
        "printf '#!/bin/sh\\npip install \"$@\"\\n' > /bin/get && get flask",
        "echo 'pip install \"$1\"' > get && sh get flask",
    ],
)
def test_a_script_runs_what_it_is_given(line: str) -> None:
    files = {
        "again": WRAPPER,
        "last": '#!/bin/sh\nset -e\nexec "$@"\n',
        "named": '#!/bin/sh\npip install -q "$1"\n',
    }
    assert packages(line, files) == ["flask"]


def test_a_script_that_is_run_twice_runs_both() -> None:
    line = "./again pip install flask; ./again pip install django; ./again pip install flask"
    assert packages(line, {"again": WRAPPER}) == ["flask", "django"]
